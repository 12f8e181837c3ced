import { expect, test } from 'vitest';
import { countJourneys, countUnitTests } from './count-tests.mjs';

const passed = { status: 'passed' };
const failed = { status: 'failed' };

test('passed, failed, skipped and planned unit tests are counted', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 1,
    numPendingTests: 2,
    numTodoTests: 1,
    testResults: [
      { status: 'passed', assertionResults: [passed] },
      { status: 'failed', assertionResults: [passed, failed] },
    ],
  };
  expect(countUnitTests(report)).toEqual({ passed: 5, failed: 1, skipped: 3 });
});

test('a test file that does not load counts as a failure', () => {
  const report = {
    numPassedTests: 5,
    numFailedTests: 0,
    numPendingTests: 0,
    testResults: [{ status: 'failed', assertionResults: [] }],
  };
  expect(countUnitTests(report)).toEqual({ passed: 5, failed: 1, skipped: 0 });
});

test('errors outside journeys count as failures', () => {
  const report = { stats: { expected: 3, unexpected: 1, flaky: 1, skipped: 1 }, errors: [{}] };
  expect(countJourneys(report)).toEqual({ passed: 4, failed: 2, skipped: 1 });
});
