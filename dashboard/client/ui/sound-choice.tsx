/** The volume and the night mode of this screen. */

import type { NightChoice } from '../core/night.ts';
import { t } from '../core/texts.ts';
import { minuteText } from '../core/times.ts';
import type { Volume } from '../core/volume.ts';
import { useSoundSettings } from '../shell/sound-settings.ts';
import { ChoiceGroup } from './choice-group.tsx';

export function SoundChoice() {
  const settings = useSoundSettings();
  const volumes: readonly { key: Volume; text: string }[] = [
    { key: 'full', text: t('Full') },
    { key: 'middle', text: t('Middle') },
    { key: 'low', text: t('Lowest') },
  ];
  const nights: readonly { key: NightChoice; text: string }[] = [
    { key: 'off', text: t('Never') },
    { key: 'nightly', text: t('22:00 to 06:00') },
  ];
  return (
    <>
      <ChoiceGroup
        legend={t('Volume')}
        showsLegend
        choices={volumes}
        chosen={settings.volume.value}
        testId="volume"
        onChoose={settings.chooseVolume}
      />
      <ChoiceGroup
        legend={t('Night mode')}
        showsLegend
        choices={nights}
        chosen={settings.night.value}
        testId="night"
        onChoose={settings.chooseNight}
      />
      <button
        type="button"
        class="choice__one choice__one--alone"
        aria-pressed={settings.isBegun.value}
        data-testid="night-now"
        onClick={settings.toggleNight}
      >
        {t('Night now, until {time}', { time: minuteText(settings.endsAtMs.value) })}
      </button>
    </>
  );
}
