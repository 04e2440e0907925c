/** The form that uploads assignments as a CSV file. Only the charge nurse sees the form. */
import { useSignal } from '@preact/signals';
import { csvLinesMax } from '../../protocol/csv-lines.ts';
import { csvLines } from '../core/csv-file.ts';
import { t } from '../core/texts.ts';
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
      (ward, seen) => app.api.uploadDuties(ward, { ...seen, lines }),
      t('{name}: {n} assignment is saved.|{name}: {n} assignments are saved.', { n: rows, name: file.name }),
    );
  }
  return (
    <section class="form form__group" aria-label={t('Upload')}>
      <h2>{t('Upload a CSV file')}</h2>
      <p class="dim">
        {t('First line:')} <code>duty,beds,user,from,until</code>
        {t('. Then for example')} <code>{csvExample}</code>
        {t('. Semicolons between the cells are right, too; then several beds need quotation marks:')}{' '}
        <code>"ICU-1;ICU-2"</code>
        {t('. Vigil takes all rows or none.')}
      </p>
      <details data-testid="account-ids">
        <summary>{t('Account ids for the column “user”')}</summary>
        <ul>
          {board.people.map(({ userId, name, role }) => (
            <li key={userId}>
              <code>{userId}</code> {name} ({t(role)})
            </li>
          ))}
        </ul>
      </details>
      <label class="field">
        <span>{t('File')}</span>
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
