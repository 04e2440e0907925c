/** The form that uploads assignments as a CSV file. Only the charge nurse sees it. */
import { useSignal } from '@preact/signals';
import { csvLinesMax } from '../../protocol/csv-lines.ts';
import { csvLines } from '../core/csv-file.ts';
import { useApp } from '../shell/app.ts';
import type { BoardState } from './board-state.ts';
import { FormProblem } from './still-text.tsx';

const csvExample = 'nurse,ICU-1;ICU-2,anna,2026-03-01T07:00+01:00,2026-03-01T15:00+01:00';

export function CsvForm({ board, send, busy }: BoardState) {
  const app = useApp();
  const problem = useSignal<string | undefined>(undefined);
  if (!board.maySetOthers) return null;
  async function upload(file: File) {
    const read = csvLines(new Uint8Array(await file.arrayBuffer()), csvLinesMax);
    problem.value = read.ok ? undefined : `${file.name}: ${read.message}`;
    if (!read.ok) return;
    const lines = [...read.lines];
    const rows = lines.filter((line) => !/^[,;\s]*$/.test(line)).length - 1;
    await send(
      (ward, version) => app.api.uploadDuties(ward, { version, lines }),
      `${file.name}: ${rows} ${rows === 1 ? 'assignment is' : 'assignments are'} saved.`,
    );
  }
  return (
    <section class="form form__group" aria-label="Upload">
      <h2>Upload a CSV file</h2>
      <p class="dim">
        First line: <code>duty,beds,user,from,until</code>. Then for example <code>{csvExample}</code>. Semicolons
        between the cells are right, too; then several beds need quotation marks: <code>"ICU-1;ICU-2"</code>. Vigil
        takes all rows or none.
      </p>
      <details data-testid="account-ids">
        <summary>Account ids for the column “user”</summary>
        <ul>
          {board.people.map(({ userId, name, role }) => (
            <li key={userId}>
              <code>{userId}</code> {name} ({role})
            </li>
          ))}
        </ul>
      </details>
      <label class="field">
        <span>File</span>
        <input
          type="file"
          accept=".csv,text/csv"
          name="board-csv"
          disabled={busy.value}
          onChange={(event) => {
            const input = event.currentTarget;
            const [file] = input.files ?? [];
            if (file)
              void upload(file).finally(() => {
                input.value = '';
              });
          }}
        />
      </label>
      <FormProblem text={problem.value} testId="csv-problem" />
    </section>
  );
}
