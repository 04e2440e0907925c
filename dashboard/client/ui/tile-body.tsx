/** The waves and numbers on a bed's tile. */
import type { Alarm } from '../../../contracts/messages/alarms.ts';
import type { Bed } from '../../protocol/rest.ts';
import { compactPlan, compactWidthPx } from '../core/compact-plan.ts';
import { readoutPriority } from '../core/numerics.ts';
import { columnsOf, type ReadoutCell } from '../core/readout-cell.ts';
import { t } from '../core/texts.ts';
import { type TileCells, tileCells } from '../core/tile-cells.ts';
import { planTile } from '../core/tile-plan.ts';
import { ReadoutView } from './readout.tsx';
import { WaveCanvas } from './waves.tsx';

type TileBodyProps = {
  bed: Bed;
  alarms: readonly Alarm[];
  /** The room below the bed's name and its alarm. */
  box: { widthPx: number; heightPx: number };
  /**
   * Room for the line of a future alarm, px, so that the tile keeps its height when an alarm comes. 0 if the tile
   * already has the line of an alarm.
   */
  alarmRoomPx: number;
  isCompact: boolean;
  /** Factor by which the texts of the tile are enlarged. */
  scale: number;
  /** Factor by which the texts in the cells of a tile with waves are enlarged. */
  cellScale: number;
  /** How many numbers of other devices at the bed the tile does not show. */
  elsewhere: number;
};

export function TileBody(props: TileBodyProps) {
  const { bed, alarms, box, isCompact } = props;
  const content = tileCells(bed, alarms, box.widthPx / (isCompact ? 1 : props.cellScale));
  if (content.cells.length === 0 && (isCompact || content.drawable.length === 0))
    return <div class="tile__body tile__body--empty">{bed.occupied ? t('No values yet') : t('No values')}</div>;
  return isCompact ? <CompactBody {...props} content={content} /> : <PlannedBody {...props} content={content} />;
}

type ContentProps = TileBodyProps & { content: TileCells };

/**
 * Numbers without waves. If not all numbers fit, the numbers with an alarm come first, and the tile shows how many
 * numbers are missing.
 */
function CompactBody({ bed, alarms, box, scale, elsewhere, content: { cells } }: ContentProps) {
  const isAlarming = ({ readout }: ReadoutCell) =>
    readoutPriority(readout.values, alarms, bed.device.deviceId) !== undefined;
  const plan = compactPlan(box, scale, cells, isAlarming);
  const hidden = plan.hidden + elsewhere;
  return (
    <>
      {hidden > 0 && (
        <span
          class="tile__hidden"
          title={t('{hidden} more numbers: open the patient', { hidden })}
          data-testid="hidden-numbers"
        >
          +{hidden}
        </span>
      )}
      <div class="tile__body tile__body--planned" style={{ '--least': `${plan.leastPx}px` }}>
        <div class="tile__plan">
          {plan.rows.map((row) => (
            <div
              key={row[0]?.readout.key}
              class="tile__row"
              style={{
                gridTemplateColumns: row.map((cell) => `minmax(0, ${compactWidthPx(cell)}fr)`).join(' '),
              }}
            >
              {row.map(({ readout, label }) => (
                <ReadoutView key={readout.key} readout={readout} bed={bed} alarms={alarms} compactLabel={label} />
              ))}
            </div>
          ))}
        </div>
      </div>
    </>
  );
}

function PlannedBody({ bed, alarms, box, alarmRoomPx, cellScale, content: { drawable, cells, beside } }: ContentProps) {
  const plan = planTile(box, cells, beside, cellScale);
  const belowAlarm =
    alarmRoomPx === 0 ? plan : planTile({ ...box, heightPx: box.heightPx - alarmRoomPx }, cells, beside, cellScale);
  const leastPx = Math.max(plan.leastPx, belowAlarm.leastPx + alarmRoomPx);
  const shownWaves = drawable.slice(0, plan.waves);
  const view = ({ readout }: ReadoutCell) => (
    <ReadoutView key={readout.key} readout={readout} bed={bed} alarms={alarms} />
  );
  return (
    <div class="tile__body tile__body--planned" style={{ '--least': `${leastPx}px`, '--rest': `${plan.rowPx}px` }}>
      <div class="tile__plan">
        {shownWaves.length > 0 && (
          <div class="tile__sweep" style={{ '--wave-rows': shownWaves.length, '--column': `${plan.columnPx}px` }}>
            <WaveCanvas associationId={bed.associationId} waves={shownWaves} />
            <div class="tile__column">
              {shownWaves.map((wave, i) => {
                const cell = beside[i];
                return cell ? view(cell) : <div key={wave.code} class="slot slot--none" />;
              })}
            </div>
          </div>
        )}
        {plan.rows.map((row) => (
          <div
            key={row[0]?.readout.key}
            class={`tile__row${shownWaves.length > 0 ? ' tile__row--rest' : ''}${plan.columns ? ' tile__row--equal' : ''}`}
            style={plan.columns ? { '--number-columns': plan.columns } : { gridTemplateColumns: columnsOf(row) }}
          >
            {row.map(view)}
          </div>
        ))}
      </div>
    </div>
  );
}
