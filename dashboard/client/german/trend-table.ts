/** German texts: the table of trends, and the comparison of two times. */
export const trendTable = {
  'Loading the table …': 'Die Tabelle wird geladen …',
  'The table cannot be shown.': 'Die Tabelle kann nicht gezeigt werden.',
  'Try the table again': 'Tabelle erneut laden',
  'No usable value was recorded in this time.': 'In dieser Zeit wurde kein brauchbarer Wert aufgezeichnet.',
  '– means no usable value: not measured, invalid, or the sensor is off.':
    '– bedeutet: kein brauchbarer Wert, also nicht gemessen, ungültig oder der Sensor ist ab.',
  '? means that the device marked the last value as questionable.':
    '? bedeutet, dass das Gerät den letzten Wert als fraglich gekennzeichnet hat.',
  'Times are in {zone}.': 'Die Zeiten sind in {zone}.',
  'The clocks were changed in this time, from {zone} to {zone2}.':
    'In dieser Zeit wurden die Uhren umgestellt, von {zone} auf {zone2}.',
  'Interval from': 'Abschnitt ab',
  'Table of values': 'Tabelle der Werte',
  'Show {n} earlier row|Show {n} earlier rows': '{n} frühere Zeile zeigen|{n} frühere Zeilen zeigen',
  'Saving the table …': 'Die Tabelle wird gespeichert …',
  'Save the table as CSV': 'Tabelle als CSV speichern',
  '{least} to {greatest}': '{least} bis {greatest}',
  'Each cell has the last value of the interval that begins at the time of the row, and its lowest to highest value.':
    'Jede Zelle hat den letzten Wert des Zeitabschnitts, der zur Zeit der Zeile beginnt, und den niedrigsten bis höchsten Wert.',
  'Each cell has the mean of the interval that begins at the time of the row, and its lowest to highest value.':
    'Jede Zelle hat den Mittelwert des Zeitabschnitts, der zur Zeit der Zeile beginnt, und den niedrigsten bis höchsten Wert.',
  '{hours} h': '{hours} h',
  '{days} days': '{days} Tage',
  '{hours} before': '{hours} vorher',
  '{before} before: {value}': '{before} vorher: {value}',
  'Compare with': 'Vergleichen mit',
  nothing: 'nichts',
  'Loading the earlier values …': 'Die früheren Werte werden geladen …',
  'The earlier values cannot be shown.': 'Die früheren Werte können nicht gezeigt werden.',
  'Nothing was recorded {hours} before.': '{hours} vorher wurde nichts aufgezeichnet.',
  'Some of them may be missing.': 'Einige davon können fehlen.',
  'Thin grey dotted lines: {hours} before, from {from} to {to}. Their alarms and limits are not drawn.':
    'Dünne graue gepunktete Linien: {hours} vorher, von {from} bis {to}. Ihre Alarme und Grenzwerte sind nicht gezeichnet.',
  'Trends as': 'Trends als',
  Charts: 'Kurven',
  Table: 'Tabelle',
  'One row for each': 'Eine Zeile je',
  'Parts of NEWS2': 'Teile von NEWS2',
  'The parts of NEWS2 cannot be shown.': 'Die Teile von NEWS2 können nicht gezeigt werden.',
  'Loading the parts of NEWS2 …': 'Die Teile von NEWS2 werden geladen …',
  'The parts of this score are not known.': 'Die Teile dieses Scores sind nicht bekannt.',
  '{age} old': '{age} alt',
  'Scale 2': 'Skala 2',
};
