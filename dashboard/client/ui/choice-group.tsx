/** A row of buttons of which exactly one is pressed. */

type ChoiceGroupProps<Key extends string> = {
  legend: string;
  /** Whether the legend is visible. An invisible legend is only for screen readers. */
  showsLegend?: boolean;
  choices: readonly { readonly key: Key; readonly text: string }[];
  chosen: Key;
  /** First part of the buttons' test ids. */
  testId: string;
  onChoose: (key: Key) => void;
};

export function ChoiceGroup<Key extends string>(props: ChoiceGroupProps<Key>) {
  const { legend, showsLegend, choices, chosen, testId, onChoose } = props;
  return (
    <fieldset class="choice">
      <legend class={showsLegend ? 'choice__legend' : 'unseen'}>{legend}</legend>
      {choices.map(({ key, text }) => (
        <button
          key={key}
          type="button"
          class="choice__one"
          aria-pressed={chosen === key}
          data-testid={`${testId}-${key}`}
          onClick={() => onChoose(key)}
        >
          {text}
        </button>
      ))}
    </fieldset>
  );
}
