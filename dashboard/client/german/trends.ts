/** German texts: trends. */
export const trends = {
  'HR, pulse': 'HF, Puls',
  '{n} alarm: {counts}|{n} alarms: {counts}': '{n} Alarm: {counts}|{n} Alarme: {counts}',
  'no alarms': 'keine Alarme',
  'The server is still reading earlier alarms and limits.': 'Der Server liest noch frühere Alarme und Grenzwerte.',
  'Alarms before {time} are not drawn.': 'Alarme von vor {time} sind nicht gezeichnet.',
  'The alarm limits of this time are not known, so they are not drawn.':
    'Die Alarmgrenzen dieser Zeit sind nicht bekannt, deshalb sind sie nicht gezeichnet.',
  'The alarm limits before {time} are not known, so they are not drawn.':
    'Die Alarmgrenzen von vor {time} sind nicht bekannt, deshalb sind sie nicht gezeichnet.',
  'There are too many alarms: one that ended at {time} is not drawn.':
    'Es sind zu viele Alarme: Einer, der um {time} endete, ist nicht gezeichnet.',
  'There are too many alarms: {count} that ended until {time} are not drawn.':
    'Es sind zu viele Alarme: {count}, die bis {time} endeten, sind nicht gezeichnet.',
  ' of {time}': ' von {time}',
  '{number} ({least} to {greatest})': '{number} ({least} bis {greatest})',
  'The clock of the device is {clockError}. All times of the trends are the times of the device.':
    'Die Uhr des Geräts ist {clockError}. Alle Zeiten der Trends sind die Zeiten des Geräts.',
  'Values since {time} are missing: the trend database does not have them yet, and the log cannot be read now.':
    'Werte seit {time} fehlen: Die Trend-Datenbank hat sie noch nicht, und die gespeicherten Messwerte sind jetzt nicht lesbar.',
  ' Some values of the log cannot be read.': ' Einige gespeicherte Messwerte sind nicht lesbar.',
  'The trend database does not answer. These values come from the log{part}.{doubt}':
    'Die Trend-Datenbank antwortet nicht. Diese Werte kommen aus den gespeicherten Messwerten{part}.{doubt}',
  '; values before {time} are missing': '; Werte von vor {time} fehlen',
  'Values since {time} come from the log, because the trend database does not have them yet.{doubt}':
    'Werte seit {time} kommen aus den gespeicherten Messwerten, weil die Trend-Datenbank sie noch nicht hat.{doubt}',
  'Values from {time} to {time2} are missing: the trend database does not have them yet. Later values come from the log.{doubt}':
    'Werte von {time} bis {time2} fehlen: Die Trend-Datenbank hat sie noch nicht. Spätere Werte kommen aus den gespeicherten Messwerten.{doubt}',
  'In this time: {alarmCount}.': 'In dieser Zeit: {alarmCount}.',
  'limits {limits}': 'Grenzwerte {limits}',
  '{label}: least {text}, greatest {text2}, last {text3}.':
    '{label}: kleinster {text}, größter {text2}, letzter {text3}.',
  'Time of the values': 'Zeit der Werte',
  'no time is chosen': 'keine Zeit ist gewählt',
  'Move the slider or point at a chart to read all values at one time.':
    'Bewegen Sie den Regler oder zeigen Sie auf eine Kurve, um alle Werte zu einer Zeit zu lesen.',
  'of {since}': 'von {since}',
  'Alarms at this time': 'Alarme zu dieser Zeit',
  'since {since}': 'seit {since}',
  '{since} to {time}': '{since} bis {time}',
  ' of {since}': ' von {since}',
  '{priority} alarm {text}': 'Alarm mit Priorität {priority}: {text}',
  'dashed: the alarm limits of each time': 'gestrichelt: die Alarmgrenzen jeder Zeit',
  'Time shown': 'Gezeigte Zeit',
  'No parameter to draw yet.': 'Noch kein Parameter zu zeichnen.',
  'Loading trends …': 'Trends werden geladen …',
  'Trends cannot be shown. {message}': 'Trends können nicht gezeigt werden. {message}',
  'Nothing was recorded for this bed in the last {trendSpan}. {source}':
    'Für dieses Bett ist in diesem Zeitraum ({trendSpan}) nichts gespeichert. {source}',
};
