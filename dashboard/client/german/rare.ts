/**
 * The German texts that only rarely used pages need. They come with the file of these pages (ui/rare-pages.tsx), and so
 * not in the first load. A text that any other page uses, too, must be in german.ts: a test reads the imports.
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
