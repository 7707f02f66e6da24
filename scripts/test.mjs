/**
 * `npm test [-- jest arguments]`: unit and integration tests side by side, then the whole-system tests alone, since
 * those measure time. Set REKAPPA_DATA to the folder of the data sets for the tests that use them.
 * `--retry-failed` runs the files that failed once more, alone, and names those that pass then: for shared, noisy machines. Searches
 * for violations (run-again.mjs) stay failed. All random tests of a run, the second try too, have the one seed that is printed first;
 * REKAPPA_TEST_SEED gives it. The last line counts: `N passed, N failed, N skipped`.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureReady, root, tool } from './ensure-ready.mjs';
import { mayRunAgain } from './run-again.mjs';

ensureReady();
const SEED_MAX = 2 ** 31;
process.env.REKAPPA_TEST_SEED ??= String(Math.floor(Math.random() * SEED_MAX));
process.stdout.write(
  `seed ${process.env.REKAPPA_TEST_SEED} (again with REKAPPA_TEST_SEED=${process.env.REKAPPA_TEST_SEED})\n`,
);
const retrying = process.argv.includes('--retry-failed');
const given = process.argv.slice(2).filter((argument) => argument !== '--retry-failed');
/** More failures than these are no accident. */
const RETRIED_FILES_MAX = 3;
const ownChoice = given.some(
  (argument) => argument.startsWith('--selectProjects') || argument.startsWith('--runTestsByPath'),
);
// Much of a test's time goes by on its servers: two processes are worth it on two cores as well, where jest would take one.
const WORKERS_LEAST = 2;
const workers = Math.max(WORKERS_LEAST, availableParallelism() - 1);
// The flag of many values comes last, behind `--` stands what is a pattern.
const passes = ownChoice
  ? [given]
  : [
      [
        ...optionsOf(given),
        `--maxWorkers=${workers}`,
        '--forceExit', // a test that failed may leave its servers behind: that must not hang the run
        '--selectProjects',
        'unit',
        'integration',
        '--',
        ...patternsOf(given),
      ],
      [
        ...optionsOf(given),
        '--runInBand',
        '--forceExit',
        '--selectProjects',
        'e2e',
        '--',
        ...patternsOf(given),
      ],
    ];

const total = { passed: 0, failed: 0, skipped: 0 };
const failedFiles = [];
let exitCode = 0;
for (const pass of passes) exitCode = jest(pass) || exitCode;
if (retrying && exitCode !== 0 && failedFiles.length > 0 && failedFiles.length <= RETRIED_FILES_MAX) retry();
// What was not run again still counts, and a wrong pattern, with which nothing ran, must not look like a success.
if (total.failed > 0 || total.passed === 0) exitCode ||= 1;
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped\n`);
process.exit(exitCode);

function jest(args) {
  const folder = mkdtempSync(join(tmpdir(), 'rekappa-jest-'));
  const report = join(folder, 'report.json');
  const environment = {
    ...process.env,
    NODE_OPTIONS:
      `${process.env.NODE_OPTIONS ?? ''} --experimental-vm-modules --disable-warning=ExperimentalWarning`.trim(),
  };
  const fixed = ['--passWithNoTests', '--json', `--outputFile=${report}`];
  const { status } = spawnSync(process.execPath, [tool('jest', 'bin/jest.js'), ...fixed, ...args], {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'ignore', 2], // with --json the report is on stdout too; people read stderr
  });
  const counted = count(report);
  rmSync(folder, { recursive: true, force: true });
  return counted ? (status ?? 1) : 1;
}

function retry() {
  const again = failedFiles.filter(({ name }) => mayRunAgain(root, name));
  const final = failedFiles.filter((file) => !again.includes(file)).map(({ name }) => name);
  if (final.length > 0)
    process.stdout.write(`\nnot run again, since they search for violations: ${final.join(' ')}\n`);
  if (again.length === 0) return;
  const files = again.map(({ name }) => name);
  process.stdout.write(`\nonce more, alone: ${files.join(' ')}\n`);
  for (const { passed, failed, skipped } of again) {
    total.passed -= passed;
    total.failed -= failed;
    total.skipped -= skipped;
  }
  exitCode = jest(['--runInBand', '--forceExit', '--runTestsByPath', ...files]);
  if (exitCode === 0)
    process.stdout.write('passed on the second try: look at what made the first one fail\n');
}

/** @returns false when jest died without a report, which counts as one failure. */
function count(report) {
  try {
    const result = JSON.parse(readFileSync(report, 'utf8'));
    failedFiles.push(...result.testResults.filter(({ status }) => status === 'failed').map(tally));
    total.passed += result.numPassedTests;
    total.failed += result.numFailedTests + result.numRuntimeErrorTestSuites;
    total.skipped += result.numPendingTests + result.numTodoTests;
    return true;
  } catch {
    total.failed += 1;
    return false;
  }
}

/** What a file counts in the totals; one that could not even be loaded counts as one failure. */
function tally({ name, assertionResults }) {
  const counted = (...states) => assertionResults.filter(({ status }) => states.includes(status)).length;
  return {
    name,
    passed: counted('passed'),
    failed: assertionResults.length === 0 ? 1 : counted('failed'),
    skipped: counted('pending', 'todo'),
  };
}

function optionsOf(args) {
  return args.filter((argument) => argument.startsWith('-') && argument !== '--');
}

function patternsOf(args) {
  return args.filter((argument) => !argument.startsWith('-'));
}
