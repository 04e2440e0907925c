/**
 * The test functions of vitest, as far as the tests of the alarm core use them: what they describe is kept, to be run again and
 * again in this process. vitest itself loads every test file anew for every mutant, which takes far longer than the tests.
 */
export type Collected = { readonly name: string; readonly run: () => unknown };

type Hook = () => unknown;
type Body = (...args: never[]) => unknown;

let collected: Collected[] = [];
let befores: Hook[] = [];
let afters: Hook[] = [];
let around: readonly string[] = [];

/** What was described since the last call. */
export function takeCollected(): readonly Collected[] {
  const taken = collected;
  collected = [];
  return taken;
}

/** What must run before the tests of a file, and at the end of all, of what was described since the last call. */
export function takeHooks(): { readonly befores: readonly Hook[]; readonly afters: readonly Hook[] } {
  const taken = { befores, afters };
  befores = [];
  afters = [];
  return taken;
}

export const beforeAll = (body: Hook) => befores.push(body);
export const afterAll = (body: Hook) => afters.push(body);

const argumentsOf = (row: unknown) => (Array.isArray(row) ? row : [row]) as never[];

function addTest(name: string, body: Body, row: readonly never[] = []): void {
  // What waits by vitest's own clock needs vitest around it, and takes long.
  if (/\bexpect\.poll\(|\bvi\./.test(String(body))) return;
  collected.push({ name: [...around, name].join(' > '), run: () => body(...row) });
}

function addGroup(name: string, body: Body, row: readonly never[] = []): void {
  const outer = around;
  around = [...outer, name];
  body(...row);
  around = outer;
}

/** Rows are numbered: the name of a test must be its own. */
const eachOf = (add: typeof addTest) => (rows: readonly unknown[]) => (name: string, body: Body) => {
  for (const [index, row] of rows.entries()) add(`${name} (row ${index + 1})`, body, argumentsOf(row));
};

export const it = Object.assign((name: string, body: Body) => addTest(name, body), { each: eachOf(addTest) });
export const describe = Object.assign((name: string, body: Body) => addGroup(name, body), { each: eachOf(addGroup) });
export { expect } from 'vitest';
