import { describe, expect, it } from 'vitest';
import { parameters } from '../../../contracts/parameters.ts';
import { limitText } from './rules.ts';

describe('the text of an alarm about a limit', () => {
  it('says 0 of a value that rounds to zero from below, never -0', () => {
    expect(limitText(parameters.get('MDC_PRESS_BLD_ART_ABP_SYS')!, 'low', -0.3, 90)).toBe('ABPs 0 < 90');
  });
});
