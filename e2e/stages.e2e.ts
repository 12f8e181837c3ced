import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createMockServices } from '@/lib/services/mock/mock-services';
import { serveMockServices } from '@/lib/services/mock/serve-mock-services';
import { expect, test } from './fixtures';
import { runStatus } from './run-page';

const EVALUATOR = `
import { type Evaluator, type EvaluationTarget } from 'galley/evaluator';
export class Half implements Evaluator {
  evaluate(data: Readonly<Record<string, unknown>>, _target: EvaluationTarget) {
    return { reward: Number(data.run_id ?? 0) % 2, groundTruth: '' };
  }
}`;

function recipe(mockUrl: string): string {
  return `
data: { batch_size: 2, rollout_repeat_n: 4, max_response_length: 8 }
rollout_worker: { type: simple, num_workers: 8, evaluator_module_path: "agent_workspace/evaluator.ts:Half" }
runtime_monitor: { service_outage: { failures: 1, retry_pause: 0.5, max_retry_pause: 0.5 } }
stages:
  - { name: easy, steps: 6, data: { data_files: [easy.jsonl] } }
  - { name: hard, steps: 6, data: { data_files: [hard.jsonl], rollout_repeat_n: 8 } }
trainer: { type: self_hosted_grpo, total_train_steps: 12, save_freq: 0 }
service:
  inference_service: { backend: mock, mock_url: "${mockUrl}" }
  train_service: { actor: { role: actor, backend: mock } }
`;
}

test('a staged run says when it waits for a service, goes on by itself, and shows its stages behind the curves', async ({
  page,
  galley,
}, testInfo) => {
  let trained = 0;
  let isMended = false;
  const services = createMockServices({ stateFolder: testInfo.outputPath('states') });
  const server = await serveMockServices(services, {
    fault: (operation) => {
      if (operation === 'train') trained += 1;
      return trained >= 8 && !isMended && operation === 'generate' ? 'error' : 'none';
    },
  });
  const folder = path.join(galley.recipesDir, 'staged');
  await mkdir(path.join(folder, 'agent_workspace'), { recursive: true });
  await writeFile(path.join(folder, 'mock.yaml'), recipe(server.url));
  await writeFile(path.join(folder, 'agent_workspace/evaluator.ts'), EVALUATOR);
  for (const stage of ['easy', 'hard']) {
    const rows = Array.from({ length: 4 }, (_, row) => JSON.stringify({ prompt: `${stage} ${row}` }));
    await writeFile(path.join(folder, `${stage}.jsonl`), rows.join('\n'));
  }
  await galley.launch('staged/mock.yaml');
  await page.goto('/runs/1');

  await test.step('while the service is out, the page says so', async () => {
    const notice = page.getByRole('status').filter({ hasText: 'The run waits for a service' });
    await expect(notice).toContainText('Waiting for the inference service since');
    isMended = true;
    await expect(notice).toHaveCount(0);
  });

  await test.step('all steps are done, and each stage stands behind the curve with its name', async () => {
    await expect(runStatus(page, 'Succeeded')).toBeVisible();
    const reward = page.getByRole('figure', { name: /^Reward, chart/ });
    await expect(reward.getByText('easy', { exact: true })).toBeVisible();
    await expect(reward.getByText('hard', { exact: true })).toBeVisible();
  });
  await server.close();
});
