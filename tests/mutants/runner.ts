/**
 * A test runner for Stryker's plug-in interface `TestRunner`. It loads the tests of the alarm core once, and runs them
 * in one process. Stryker puts all mutants into the sources, each behind a switch. The switch reads the active mutant
 * from the global `__stryker__`.
 */
import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { CollectedTest } from './collect.ts';
import { keyOf, type Mutant, notInSample, type RunOrder } from './sample.ts';

/** Number of executions of each mutant. */
type Hits = Record<string, number>;
/** The members of Stryker's global that this file uses. */
type Switchboard = {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  mutantCoverage?: { static: Hits; perTest: Record<string, Hits> };
};
type MutantRun = { readonly activeMutant: Mutant; readonly testFilter?: readonly string[] };
type Outcome = 'passed' | 'endless' | { readonly failed: string };

/** A test, with its number of switch reads, its time without a mutant, and the number of mutants that it found. */
type TimedTest = CollectedTest & { switchReads: number; ms: number; kills: number };

/**
 * Number of switch reads after which a test counts as endless. The limit is a count and not a time, so that it does not
 * depend on the speed of the machine.
 */
const switchReadsMax = (usual: number) => usual * 30 + 200_000;

/**
 * Tests that this runner leaves out: they use another seed each time, or start a process in which no mutant is active.
 */
export const excludedTests: readonly RegExp[] = [
  /\/any-log\.test\.ts,/,
  /\/anything\.test\.ts,/,
  /\/schedules\.test\.ts,/,
  /\/judged\.test\.ts,/,
  /: each lost sequence number is counted once, in any order/,
  /: npm run vigil /,
];
/** Slow tests. They run only with `--missed`, for the mutants that no other test found in the last run. */
export const slowTests: readonly RegExp[] = [
  /: a device whose lists change each 10 ms/,
  /: the state of the scores does not grow with time/,
  / no number counts as missing while a backlog slowly fills the hole/,
  / a backlog that comes as four mixed series of readings leaves no gap/,
  / an acknowledged silent sensor is still measured while the device names it/,
  / an acknowledged silent sensor is no longer measured after 5 min/,
];
/** Folder of the scores. The tests in this folder also count as slow for mutants of other folders. */
const scoresFolder = 'processors/alarms/core/scores/';
const isSlow = (id: string, key: string) =>
  (id.startsWith(scoresFolder) && !key.startsWith(scoresFolder)) || slowTests.some((pattern) => pattern.test(id));

const engineTests = [
  'processors/alarms/core/**/*.test.ts',
  'processors/alarms/{alert-codes-file,associations,in-force,opening,partition,profiles-file,scores}.test.ts',
  'tests/alarms/captures.test.ts',
];
/** The tests of other code, by its folder. */
const otherTests: ReadonlyMap<string, readonly string[]> = new Map([
  ['processors/delivery/core/', ['processors/delivery/core/*.test.ts']],
  ['processors/delivery/reach/core/', ['processors/delivery/reach/core/*.test.ts']],
  ['contracts/explain/', ['contracts/explain/*.test.ts']],
]);

/** If all mutants are in one folder, returns the tests of this folder; otherwise the tests of the engine. */
function testFilesFor(keys: readonly string[]): readonly string[] {
  const folder = [...otherTests.keys()].find((name) => keys.every((key) => key.startsWith(name)));
  return folder === undefined ? engineTests : otherTests.get(folder)!;
}

/** Root of the repository. Stryker works in a copy, but names mutants by their path in the repository. */
const root = join(import.meta.dirname, '../..');

const board: Switchboard = {};
let activeMutantId: string | undefined;
let switchReads = 0;
let switchReadsLimit = Number.POSITIVE_INFINITY;
Object.defineProperty(board, 'activeMutant', {
  get() {
    switchReads += 1;
    if (switchReads > switchReadsLimit) throw new Error('the test does not end');
    return activeMutantId;
  },
  set() {},
});

/** All WeakMaps that modules use as caches. They are emptied before each test. */
const caches: { forget(): void }[] = [];
/** Replaces the global WeakMap by a WeakMap that can be emptied, until the returned function is called. */
function replaceWeakMap(): () => void {
  const Native = globalThis.WeakMap;
  class Forgetful<K extends WeakKey, V> extends Native<K, V> {
    #inner = new Native<K, V>();
    constructor() {
      super();
      caches.push(this);
    }
    forget(): void {
      this.#inner = new Native();
    }
    override get(key: K) {
      return this.#inner.get(key);
    }
    override has(key: K) {
      return this.#inner.has(key);
    }
    override delete(key: K) {
      return this.#inner.delete(key);
    }
    override set(key: K, value: V) {
      this.#inner.set(key, value);
      return this;
    }
  }
  globalThis.WeakMap = Forgetful;
  return () => {
    globalThis.WeakMap = Native;
  };
}

/** The `afterAll` hooks of the test files. */
const atEnd: (() => unknown)[] = [];

/**
 * Loads test files of the folder `sandbox`; by default the tests of the engine. Returns each test by its id: file,
 * number and title.
 */
export async function loadTests(
  sandbox: string,
  files = engineTests as readonly string[],
): Promise<Map<string, TimedTest>> {
  const collector = pathToFileURL(join(import.meta.dirname, 'collect.ts')).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'vitest' && context.parentURL !== collector
        ? { url: collector, shortCircuit: true }
        : next(specifier, context),
  });
  const { takeHooks, takeCollectedTests } = (await import(collector)) as typeof import('./collect.ts');
  const { expect } = await import('vitest');
  expect(1).toBe(1);
  const tests = new Map<string, TimedTest>();
  for (const file of globSync(files, { cwd: sandbox }).sort()) {
    const restore = replaceWeakMap();
    await import(pathToFileURL(join(sandbox, file)).href);
    restore();
    const { beforeHooks, afterHooks } = takeHooks();
    atEnd.push(...afterHooks);
    for (const hook of beforeHooks) await hook();
    for (const [index, { name, run }] of takeCollectedTests().entries()) {
      const id = `${file}, test ${index + 1}: ${name}`;
      tests.set(id, { name: id, run, switchReads: 0, ms: 0, kills: 0 });
    }
  }
  return tests;
}

class CoreTests {
  #tests = new Map<string, TimedTest>();
  #sample: ReadonlySet<string> = new Set();
  #thorough = false;

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    (globalThis as { __stryker__?: Switchboard }).__stryker__ = board;
    const order = JSON.parse(readFileSync(process.env.VIGIL_MUTANTS_ASKED!, 'utf8')) as RunOrder;
    this.#sample = new Set(order.keys);
    this.#thorough = order.thorough;
    this.#tests = await loadTests(process.cwd(), testFilesFor(order.keys));
    for (const id of this.#tests.keys()) if (excludedTests.some((pattern) => pattern.test(id))) this.#tests.delete(id);
  }

  async dispose(): Promise<void> {
    for (const hook of atEnd) await hook();
  }

  async dryRun() {
    const tests: object[] = [];
    for (const [id, test] of this.#tests) {
      board.currentTestId = id;
      const outcome = await runTest(test);
      board.currentTestId = undefined;
      Object.assign(test, { switchReads, ms: outcome.ms });
      const base = { id, name: id, timeSpentMs: outcome.ms };
      tests.push(
        typeof outcome.outcome === 'object'
          ? { ...base, status: 1, failureMessage: outcome.outcome.failed }
          : { ...base, status: 0 },
      );
    }
    return { status: 'complete', tests, mutantCoverage: board.mutantCoverage };
  }

  async mutantRun({ activeMutant, testFilter }: MutantRun) {
    const key = keyOf({ ...activeMutant, fileName: relative(root, activeMutant.fileName) });
    if (!this.#sample.has(key)) return { status: 'error', errorMessage: notInSample };
    const ids = testFilter ?? [...this.#tests.keys()];
    const relevant = this.#thorough ? ids : ids.filter((id) => !isSlow(id, key));
    const tests = relevant.map((id) => this.#tests.get(id)!);
    // Tests that were fast and found many mutants run first.
    tests.sort((a, b) => a.ms / (1 + a.kills) - b.ms / (1 + b.kills));
    for (const [index, test] of tests.entries()) {
      activeMutantId = activeMutant.id;
      const { outcome } = await runTest(test);
      activeMutantId = undefined;
      if (outcome === 'passed') continue;
      test.kills += 1;
      const runWithoutMutant = await runTest(test);
      if (runWithoutMutant.outcome !== 'passed')
        throw new Error(`${test.name} fails without a mutant, after it ran with a mutant`);
      if (outcome === 'endless') return { status: 'timeout', reason: test.name };
      return { status: 'killed', killedBy: [test.name], failureMessage: outcome.failed, nrOfTests: index + 1 };
    }
    return { status: 'survived', nrOfTests: tests.length };
  }
}

async function runTest(test: TimedTest): Promise<{ outcome: Outcome; ms: number }> {
  for (const cache of caches) cache.forget();
  switchReads = 0;
  switchReadsLimit = test.switchReads === 0 ? Number.POSITIVE_INFINITY : switchReadsMax(test.switchReads);
  const startedAt = performance.now();
  let outcome: Outcome = 'passed';
  try {
    await test.run();
  } catch (error) {
    outcome = { failed: String((error as Error)?.message ?? error) };
  }
  if (switchReads > switchReadsLimit) outcome = 'endless';
  return { outcome, ms: performance.now() - startedAt };
}

const factory = Object.assign(() => new CoreTests(), { inject: [] });
export const strykerPlugins = [{ kind: 'TestRunner', name: 'core', factory }];
