/** The panel with the tasks of a patient: open tasks, tasks that were ticked off, and the field for a new task. */
import { useSignal } from '@preact/signals';
import type { PatientTask } from '../../../contracts/messages/patient-tasks.ts';
import { taskCharactersMax } from '../../../contracts/note-length.ts';
import type { TaskBody } from '../../protocol/notes.ts';
import type { Bed } from '../../protocol/rest.ts';
import { authorText } from '../core/note-input.ts';
import { t } from '../core/texts.ts';
import { useApp } from '../shell/app.ts';
import { TextField } from './fields.tsx';
import { FormProblem } from './still-text.tsx';
import { UnsavedQuestion, useUnsaved } from './unsaved.tsx';

/** @param isLive whether the stay is live on this screen. Only then can a person change the tasks */
export function PatientTasksPanel({ bed, isLive }: { bed: Bed; isLive: boolean }) {
  const app = useApp();
  const busy = useSignal(false);
  const problem = useSignal<string | undefined>(undefined);
  const { tasks = [], noteUnknown, associationId } = bed;
  const mayChange = isLive && !noteUnknown && app.may('write-note');

  /** Sends a change. Returns whether the server has saved the change. */
  async function send(body: TaskBody): Promise<boolean> {
    if (busy.peek()) return false;
    busy.value = true;
    problem.value = undefined;
    const answer = await app.api.changeTask(associationId, body);
    busy.value = false;
    if (!answer.ok) problem.value = answer.message;
    return answer.ok;
  }
  return (
    <>
      <h2>{t('Tasks')}</h2>
      {noteUnknown && (
        <p class="form__problem" data-testid="tasks-unknown">
          {t('The tasks cannot be read now. There may be some.')}
        </p>
      )}
      {!noteUnknown && tasks.length === 0 && (
        <p class="dim" data-testid="tasks-none">
          {t('No tasks.')}
        </p>
      )}
      {tasks.length > 0 && (
        <ul class="tasks">
          {tasks.map((task) => (
            <TaskRow key={task.taskId} task={task} mayChange={mayChange} isBusy={busy.value} onChange={send} />
          ))}
        </ul>
      )}
      <FormProblem text={problem.value} testId="task-problem" />
      {mayChange && <NewTask isBusy={busy.value} onWrite={(text) => send({ act: 'written', text })} />}
    </>
  );
}

type RowProps = {
  task: PatientTask;
  mayChange: boolean;
  isBusy: boolean;
  onChange: (body: TaskBody) => Promise<boolean>;
};

function TaskRow({ task, mayChange, isBusy, onChange }: RowProps) {
  const app = useApp();
  const { taskId, eventId, text, done } = task;
  const nowMs = app.now.value;
  const change = (act: 'done' | 'reopened' | 'withdrawn') => void onChange({ act, taskId, seen: eventId });
  return (
    <li data-testid={`task-${taskId}`} data-done={done !== undefined}>
      <p>
        <span aria-hidden="true">{done ? '☑' : '☐'} </span>
        <span class="unseen">{done ? t('done: ') : t('open: ')}</span>
        {text}{' '}
        <span class="dim">
          {done
            ? t('({author}; done: {doer})', { author: authorText(task, nowMs), doer: authorText(done, nowMs) })
            : `(${authorText(task, nowMs)})`}
        </span>
      </p>
      {mayChange && (
        <div class="tasks__buttons">
          <button
            class="button button--small"
            type="button"
            disabled={isBusy}
            data-testid={`task-${done ? 'reopen' : 'done'}-${taskId}`}
            onClick={() => change(done ? 'reopened' : 'done')}
          >
            {done ? t('Not done') : t('Done')}
            <span class="unseen">: {text}</span>
          </button>
          {!done && (
            <button
              class="button button--small"
              type="button"
              disabled={isBusy}
              data-testid={`task-withdraw-${taskId}`}
              onClick={() => change('withdrawn')}
            >
              {t('Take back')}
              <span class="unseen">: {text}</span>
            </button>
          )}
        </div>
      )}
    </li>
  );
}

function NewTask({ isBusy, onWrite }: { isBusy: boolean; onWrite: (text: string) => Promise<boolean> }) {
  const draft = useSignal('');
  const text = draft.value.trim();
  const form = useUnsaved(text !== '');
  async function save() {
    if (text !== '' && (await onWrite(text))) draft.value = '';
  }
  return (
    <form
      class="form__row"
      aria-label={t('New task')}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label={t('New task')}
        name="task"
        maxLength={taskCharactersMax}
        value={draft.value}
        onValue={(value) => {
          draft.value = value;
        }}
      />
      <button class="button" type="submit" disabled={isBusy || text === ''} data-testid="task-save">
        {t('Add')}
      </button>
      <UnsavedQuestion form={form} />
    </form>
  );
}
