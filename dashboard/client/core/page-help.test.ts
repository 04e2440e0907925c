import { expect, it } from 'vitest';
import { pageHelp } from './page-help.ts';

/** Characters in one and a half lines of the dialog. */
const lineMax = 100;

it('the help of each page has five different short lines, each with its full stop', () => {
  for (const lines of Object.values(pageHelp)) {
    expect(new Set(lines).size).toBe(5);
    for (const line of lines) {
      expect(line).toMatch(/[.”]$/);
      expect(line.length).toBeLessThanOrEqual(lineMax);
    }
  }
});
