import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

const css = readFileSync(new URL('why.css', import.meta.url), 'utf8');

it('the list of findings has room for numbers of two digits, so that the edge of the page does not cut them', () => {
  const paddingEm = Number(/\.why \.why__findings \{\s*padding-left: ([\d.]+)em;/.exec(css)?.[1] ?? 0);
  // Two bold digits, a full stop and a space are together 2 em wide.
  expect(paddingEm).toBeGreaterThan(2);
});
