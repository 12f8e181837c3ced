import { ALL_RULES } from '../rules/all-rules';
import { type KeyFacts, keyFacts } from './catalogue';
import { appliesText, defaultText, readersText, sectionOf } from './key-words';

/** The page of all keys for people who read docs; `npm run docs` writes it. */
export function keysMarkdown(): string {
  const facts = keyFacts();
  const sections = [...new Set(facts.map(({ path }) => sectionOf(path)))];
  return [
    '<!-- Written by `npm run docs` from lib/recipes/schema; edit the schema instead. -->',
    '# Keys of a recipe',
    'Every key that a layer may have, from the one schema that also checks recipes, completes them in the editor and fills the Docs pane. `*` stands for a name of your choice. How layers become one configuration stands in [composition](composition.md), how it is checked in [checks](checks.md).',
    ...sections.flatMap((section) => [
      `## ${section}`,
      ...facts.filter(({ path }) => sectionOf(path) === section).map(keyLines),
    ]),
    '## Rules',
    'Rules across keys. An error keeps a run from starting; on backends where nothing reads the keys it is a warning.',
    ALL_RULES.map(({ id, title, reason, severity }) => `- \`${id}\` (${severity}): ${title}. ${reason}`).join(
      '\n',
    ),
    '',
  ].join('\n\n');
}

function keyLines(facts: KeyFacts): string {
  const lines = [
    `Type: ${facts.type}${facts.range === null ? '' : `, ${facts.range}`}${facts.unit === null ? '' : `, in ${facts.unit}`}.`,
    defaultText(facts) === null ? null : `Default: \`${defaultText(facts) ?? ''}\`.`,
    listed(facts.isOpen ? 'Usual values' : 'Allowed', facts.allowed),
    listed('Examples', facts.examples),
    `Read by: ${readersText(facts)}.`,
    appliesText(facts) === null ? null : `Applies to ${appliesText(facts) ?? ''}.`,
    facts.renamedTo === null ? null : `Now called \`${facts.renamedTo}\`.`,
    facts.noEffect.length === 0 ? null : `No effect while ${facts.noEffect.join('; ')}.`,
  ].filter((line) => line !== null);
  const own = facts.isGalleys ? ' Galley’s own.' : '';
  return `### \`${facts.path}\`\n\n${facts.meaning}${own}\n\n${lines.map((line) => `- ${line}`).join('\n')}`;
}

function listed(name: string, values: readonly string[]): string | null {
  return values.length === 0 ? null : `${name}: ${values.map((value) => `\`${value}\``).join(', ')}.`;
}
