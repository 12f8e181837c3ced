// Levels, lowest first. A module imports from its own folder and from lower levels only.
// L0 shared · L1 domain · L2 pure · L3 stores and edges of the machine · L4 processes · L5 cli, components · L6 app
const PURE = '^lib/(shared|domain|recipes|rl|series|charts|insight)/';
const STORES = 'db|run-store|run-table|metrics|trajectories';
const L3 = `${STORES}|health|rehearsal|recipe-files|secrets|recipe-code|datasets|tokenizers|services|evaluators|python|agents|trackers`;
const L4 = 'orchestrator|embedded|launch|api-client';
const NODE_ONLY = `^lib/(${L3}|orchestrator|embedded|launch|cli)/|^lib/env\\.ts$`;
const TEST = '\\.test\\.tsx?$';
const forbid = (name, from, to) => ({ name, severity: 'error', from, to });

/** @type {import('dependency-cruiser').IConfiguration} */
const config = {
  forbidden: [
    forbid('no-cycles', {}, { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } }),
    forbid(
      'shared-is-a-leaf',
      { path: '^lib/shared/', pathNot: TEST },
      { path: '^(app|components|prisma|lib/(?!shared/))' },
    ),
    forbid(
      'domain-knows-only-shared',
      { path: '^lib/domain/', pathNot: TEST },
      { path: '^(app|components|prisma|lib/(?!domain/|shared/))' },
    ),
    forbid(
      'pure-stays-pure',
      { path: PURE, pathNot: TEST },
      { path: `${NODE_ONLY}|^lib/(${L4})/|^(app|components|prisma)/` }, // runs in browser, worker and Node alike
    ),
    forbid('pure-uses-no-node-builtins', { path: PURE, pathNot: TEST }, { dependencyTypes: ['core'] }),
    forbid(
      'level-3-never-imports-up',
      { path: `^lib/(${L3})/`, pathNot: TEST },
      { path: `^lib/(${L4}|cli)/` },
    ),
    forbid(
      'level-4-siblings-stay-apart',
      { path: `^lib/(${L4})/`, pathNot: TEST },
      { path: `^lib/(${L4}|cli)/`, pathNot: '^lib/$1/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'prisma-only-in-db-and-stores',
      { path: '^(app|components|lib|scripts)', pathNot: `^lib/(${STORES}|testing)/|^scripts/new-migration` },
      { path: '^prisma/generated|node_modules/@prisma' },
    ),
    forbid(
      'browser-code-stays-out-of-node',
      { path: '^(components|lib/api-client)/', pathNot: TEST },
      { path: `${NODE_ONLY}|^app/`, dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'web-never-imports-the-processes',
      { path: '^(app|components)/', pathNot: TEST },
      { path: '^lib/(orchestrator|embedded)/' }, // the web starts them as processes
    ),
    forbid(
      'lib-never-imports-web',
      { path: '^lib/', pathNot: TEST },
      { path: '^(app|components)/|node_modules/(next|react|react-dom|server-only)/' },
    ),
    forbid(
      'orchestrator-parts-meet-in-controller',
      // a replay is a small controller: it wires parts for one stored step
      { path: '^lib/orchestrator/([^/]+)/', pathNot: `${TEST}|^lib/orchestrator/replay/` },
      {
        path: '^lib/orchestrator/([^/]+)/',
        pathNot: '^lib/orchestrator/$1/',
        dependencyTypesNot: ['type-only'],
      },
    ),
    forbid(
      'features-do-not-import-features',
      { path: '^components/((?!ui/|charts/)[^/]+)/' },
      { path: '^components/((?!ui/|charts/)[^/]+)/', pathNot: '^components/$1/' },
    ),
    forbid(
      'server-only-in-one-place',
      { pathNot: '^app/_server/' },
      { path: 'node_modules/(server-only|next/dist/compiled/server-only)/' },
    ),
    forbid(
      'charts-only-draw',
      { path: '^components/charts/' },
      { path: '^(app|components/(?!charts/|ui/)|lib/(?!charts/|domain/|shared/))' },
    ),
    forbid(
      'no-import-of-own-barrel',
      { path: '^((?:lib/orchestrator|lib|components)/[^/]+)/' },
      { path: '^$1/index\\.tsx?$' },
    ),
    forbid(
      'api-client-is-for-the-web',
      { path: '^lib/(?!api-client/)', pathNot: TEST },
      { path: '^lib/api-client/', dependencyTypesNot: ['type-only'] },
    ),
    forbid(
      'testing-only-from-tests',
      { pathNot: [TEST, '^lib/testing/', '^e2e/'] },
      { path: '^lib/testing/' },
    ),
    forbid('tests-are-not-imported', { pathNot: TEST }, { path: TEST }),
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(\\.next|\\.galley-build|prisma/generated/internal|lib/embedded/model/kernels)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
  },
};

export default config;
