/** Checks pages with axe-core, a program that finds faults of accessibility in a page that a browser shows. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { resize, type Size } from './overflow.ts';

/** The rules to check: levels A and AA of WCAG 2.0, 2.1 and 2.2. */
const rulesOfWcag = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** A phone, and a laptop. At 360 px the lists are cards and the notices are short. */
const sizes: readonly Size[] = [
  { name: '360', width: 360, height: 780 },
  { name: '1366', width: 1366, height: 768 },
];

type Violation = {
  readonly id: string;
  readonly help: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
};
type PageWithAxe = {
  readonly axe: { run(context: Document, options: unknown): Promise<{ readonly violations: readonly Violation[] }> };
};

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Returns one text for each element of the page that violates a rule. */
export async function findViolations(page: Page): Promise<string[]> {
  // axe-core comes through the debugger, so the content security policy of the page does not block axe-core.
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(`${source}; undefined`);
  const violations = await page.evaluate(async (tags) => {
    const { axe } = globalThis as unknown as PageWithAxe;
    return (await axe.run(document, { runOnly: { type: 'tag', values: tags } })).violations;
  }, rulesOfWcag);
  return violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.join(' ')}: ${failureSummary}`),
  );
}

/** Expects that the page violates no rule, on a phone and on a laptop. */
export async function expectAccessible(page: Page): Promise<void> {
  const faults: string[] = [];
  for (const size of sizes) {
    await resize(page, size);
    faults.push(...(await findViolations(page)).map((fault) => `${size.name}: ${fault}`));
  }
  expect(faults).toEqual([]);
}
