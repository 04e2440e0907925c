/** The routes for what persons write about a patient: the hand-over note and the tasks. */
import type { App } from '../app.ts';
import { handOverNoteRoute } from './hand-over-note.ts';
import type { Parts } from './parts.ts';
import { patientTasksRoute } from './patient-tasks.ts';

export function noteRoutes(app: App, parts: Parts): void {
  handOverNoteRoute(app, parts);
  patientTasksRoute(app, parts);
}
