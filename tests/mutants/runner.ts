/**
 * A test runner for Stryker (its plug-in interface, `TestRunner`): the tests of the alarm core in one process, loaded once. Stryker
 * puts all mutants into the sources, each behind a switch that asks the global `__stryker__` which one is active.
 */
import { globSync, readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Collected } from './collect.ts';
import { type Asked, keyOf, type Mutant, notInSample } from './sample.ts';

/** Stryker's global, as far as this file uses it: hits by mutant, outside of tests and by test. */
type Hits = Record<string, number>;
type Switchboard = {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  mutantCoverage?: { static: Hits; perTest: Record<string, Hits> };
};
type MutantRun = { readonly activeMutant: Mutant; readonly testFilter?: readonly string[] };
type Outcome = 'passed' | 'endless' | { readonly failed: string };

/** A test, with what it took without a mutant, and how many mutants it found. */
type Known = Collected & { asked: number; ms: number; kills: number };

/** A test asks the switches so many times more than without a mutant: then it never ends. Counted, not timed (ours). */
const askedMax = (usual: number) => usual * 30 + 200_000;

/** Tests that are never asked: with another seed each time, or of a process in which no mutant is active. */
const leftOut = [
  /\/(?:any-log|anything|schedules|judged)\.test\.ts,/,
  /: tells of each lost number once, in whatever order/,
  /: npm run vigil /,
];
/** Tests that take long: they are asked only of what the others did not find in a run before (`--missed`). */
const slow = [
  /: a device whose lists change each 10 ms/,
  /: the state stays small however long it runs/,
  / while a backlog fills the hole that the present left/,
  / are no gap where four ways bring a backlog in turn/,
  / stays said, while the device names it without a value/,
  / is measured no more, once its silence is answered/,
];
/** So do the tests of the scores, of what is no score. */
const scores = 'processors/alarms/core/scores/';
const isSlow = (id: string, key: string) =>
  (id.startsWith(scores) && !key.startsWith(scores)) || slow.some((pattern) => pattern.test(id));

const patterns = [
  'processors/alarms/core/**/*.test.ts',
  'processors/alarms/{alert-codes-file,associations,in-force,opening,partition,profiles-file,scores}.test.ts',
  'tests/alarms/captures.test.ts',
];

/** Stryker names a mutant by its place in the repository itself, and works in a copy of it. */
const root = join(import.meta.dirname, '../..');

const board: Switchboard = {};
let active: string | undefined;
let asked = 0;
let askedLimit = Number.POSITIVE_INFINITY;
Object.defineProperty(board, 'activeMutant', {
  get() {
    asked += 1;
    if (asked > askedLimit) throw new Error('the test does not end');
    return active;
  },
  set() {},
});

/** What modules remember from one call to the next (their WeakMaps): each test starts without it. */
const remembered: { forget(): void }[] = [];
function rememberCaches(): () => void {
  const Native = globalThis.WeakMap;
  class Forgetful<K extends WeakKey, V> extends Native<K, V> {
    #inner = new Native<K, V>();
    constructor() {
      super();
      remembered.push(this);
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

/** What the test files clear away at their end. */
const atEnd: (() => unknown)[] = [];

async function loadTests(sandbox: string): Promise<Map<string, Known>> {
  const collector = pathToFileURL(join(import.meta.dirname, 'collect.ts')).href;
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === 'vitest' && context.parentURL !== collector
        ? { url: collector, shortCircuit: true }
        : next(specifier, context),
  });
  const { takeHooks, takeCollected } = (await import(collector)) as typeof import('./collect.ts');
  const { expect } = await import('vitest');
  expect(1).toBe(1);
  const known = new Map<string, Known>();
  for (const file of globSync(patterns, { cwd: sandbox }).sort()) {
    const restore = rememberCaches();
    await import(pathToFileURL(join(sandbox, file)).href);
    restore();
    const { befores, afters } = takeHooks();
    atEnd.push(...afters);
    for (const before of befores) await before();
    for (const [index, { name, run }] of takeCollected().entries()) {
      const id = `${file}, test ${index + 1}: ${name}`;
      if (!leftOut.some((pattern) => pattern.test(id))) known.set(id, { name: id, run, asked: 0, ms: 0, kills: 0 });
    }
  }
  return known;
}

class CoreTests {
  #tests = new Map<string, Known>();
  #sample: ReadonlySet<string> = new Set();
  #thorough = false;

  capabilities() {
    return { reloadEnvironment: false };
  }

  async init(): Promise<void> {
    (globalThis as { __stryker__?: Switchboard }).__stryker__ = board;
    const asked = JSON.parse(readFileSync(process.env.VIGIL_MUTANTS_ASKED!, 'utf8')) as Asked;
    this.#sample = new Set(asked.keys);
    this.#thorough = asked.thorough;
    this.#tests = await loadTests(process.cwd());
  }

  async dispose(): Promise<void> {
    for (const after of atEnd) await after();
  }

  async dryRun() {
    const tests: object[] = [];
    for (const [id, test] of this.#tests) {
      board.currentTestId = id;
      const outcome = await runTest(test);
      board.currentTestId = undefined;
      Object.assign(test, { asked, ms: outcome.ms });
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
    const chosen = relevant.map((id) => this.#tests.get(id)!);
    const promising = chosen.sort((a, b) => a.ms / (1 + a.kills) - b.ms / (1 + b.kills));
    for (const [index, test] of promising.entries()) {
      active = activeMutant.id;
      const { outcome } = await runTest(test);
      active = undefined;
      if (outcome === 'passed') continue;
      test.kills += 1;
      const again = await runTest(test);
      if (again.outcome !== 'passed') throw new Error(`${test.name} fails without a mutant after one`);
      if (outcome === 'endless') return { status: 'timeout', reason: test.name };
      return { status: 'killed', killedBy: [test.name], failureMessage: outcome.failed, nrOfTests: index + 1 };
    }
    return { status: 'survived', nrOfTests: chosen.length };
  }
}

async function runTest(test: Known): Promise<{ outcome: Outcome; ms: number }> {
  for (const cache of remembered) cache.forget();
  asked = 0;
  askedLimit = test.asked === 0 ? Number.POSITIVE_INFINITY : askedMax(test.asked);
  const startedAt = performance.now();
  let outcome: Outcome = 'passed';
  try {
    await test.run();
  } catch (error) {
    outcome = { failed: String((error as Error)?.message ?? error) };
  }
  if (asked > askedLimit) outcome = 'endless';
  return { outcome, ms: performance.now() - startedAt };
}

const factory = Object.assign(() => new CoreTests(), { inject: [] });
export const strykerPlugins = [{ kind: 'TestRunner', name: 'core', factory }];
