/**
 * Replaces the test functions of vitest that the tests of the alarm core use. These functions collect the tests, so
 * that runner.ts can run the tests again and again in one process. vitest itself loads every test file again for every
 * mutant, which takes far longer than the tests.
 */
export type CollectedTest = { readonly name: string; readonly run: () => unknown };

type Hook = () => unknown;
type Body = (...args: never[]) => unknown;

let collected: CollectedTest[] = [];
let beforeHooks: Hook[] = [];
let afterHooks: Hook[] = [];
let enclosingGroups: readonly string[] = [];

/** Returns the tests that were collected since the last call. */
export function takeCollectedTests(): readonly CollectedTest[] {
  const tests = collected;
  collected = [];
  return tests;
}

/** Returns the hooks that were collected since the last call. */
export function takeHooks(): { readonly beforeHooks: readonly Hook[]; readonly afterHooks: readonly Hook[] } {
  const hooks = { beforeHooks, afterHooks };
  beforeHooks = [];
  afterHooks = [];
  return hooks;
}

export const beforeAll = (body: Hook) => beforeHooks.push(body);
export const afterAll = (body: Hook) => afterHooks.push(body);

const argumentsOf = (row: unknown) => (Array.isArray(row) ? row : [row]) as never[];

function addTest(name: string, body: Body, row: readonly never[] = []): void {
  // Tests with vitest's own clock need vitest, and take long, so they are left out.
  if (/\bexpect\.poll\(|\bvi\./.test(String(body))) return;
  collected.push({ name: [...enclosingGroups, name].join(' > '), run: () => body(...row) });
}

function addGroup(name: string, body: Body, row: readonly never[] = []): void {
  const outer = enclosingGroups;
  enclosingGroups = [...outer, name];
  body(...row);
  enclosingGroups = outer;
}

/** Returns the function `each`. It numbers the rows, because each test needs a unique name. */
const eachOf = (add: typeof addTest) => (rows: readonly unknown[]) => (name: string, body: Body) => {
  for (const [index, row] of rows.entries()) add(`${name} (row ${index + 1})`, body, argumentsOf(row));
};

export const it = Object.assign((name: string, body: Body) => addTest(name, body), { each: eachOf(addTest) });
export const describe = Object.assign((name: string, body: Body) => addGroup(name, body), { each: eachOf(addGroup) });
export { expect } from 'vitest';
