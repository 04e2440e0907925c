/**
 * The German texts that only rarely used pages need. The browser loads them with the file of these pages
 * (ui/rare-pages.tsx), so they are not part of the first load. A text that any other page uses too must be in german.ts
 * (a test checks this).
 */
import type { Dictionary } from '../core/texts.ts';
import { audit } from './audit.ts';
import { reviewCalls } from './review-calls.ts';
import { strip } from './strip.ts';
import { why } from './why.ts';
import { whyFindings } from './why-findings.ts';
import { whyTimeline } from './why-timeline.ts';

export const rareGerman: Dictionary = {
  ...audit,
  ...reviewCalls,
  ...strip,
  ...why,
  ...whyFindings,
  ...whyTimeline,
};
