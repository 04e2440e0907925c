/** The volume and the night mode of this screen. */

import { nightHourTexts } from '../../../contracts/night-hours.ts';
import type { WardPlan } from '../../../contracts/ward-plan.ts';
import type { NightChoice } from '../core/night.ts';
import { t } from '../core/texts.ts';
import { minuteText } from '../core/times.ts';
import type { Volume } from '../core/volume.ts';
import { useSoundSettings } from '../shell/sound-settings.ts';
import { useWardPlans } from '../shell/ward-plans.ts';
import { ChoiceGroup } from './choice-group.tsx';

function wardNightText(plan: WardPlan | undefined): string {
  if (plan?.night === undefined) return t('As the ward');
  const { from, until } = plan.night;
  return t('As the ward: {from} to {until} ({zone})', { from, until, zone: plan.zone ?? '' });
}

export function SoundChoice() {
  const settings = useSoundSettings();
  const volumes: readonly { key: Volume; text: string }[] = [
    { key: 'full', text: t('Full') },
    { key: 'middle', text: t('Middle') },
    { key: 'low', text: t('Lowest') },
  ];
  const nights: readonly { key: NightChoice; text: string }[] = [
    { key: 'ward', text: wardNightText(useWardPlans().plan.value) },
    { key: 'off', text: t('Never') },
    { key: 'nightly', text: t('{from} to {until}', nightHourTexts) },
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
        aria-pressed={settings.byHand.value === 'begun'}
        data-testid="night-now"
        onClick={settings.toggleNight}
      >
        {settings.isNight.value && settings.byHand.value !== 'begun'
          ? t('End this night here')
          : t('Night now, until {time}', { time: minuteText(settings.endsAtMs.value) })}
      </button>
    </>
  );
}
