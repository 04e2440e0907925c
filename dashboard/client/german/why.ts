/** German texts: the explanation of an alarm. */
export const why = {
  'did not happen': 'ist nicht geschehen',
  'not known: clocks differ, or another occurrence':
    'nicht bekannt: Die Uhren weichen ab, oder es war ein anderes Ereignis',
  'no delay of that value': 'keine Verzögerung dieses Werts',
  'time before not known': 'Zeit davor nicht bekannt',
  Explanation: 'Erklärung',
  'Reading the log. This can take a minute. Leave this page to stop it.':
    'Gespeicherte Daten werden gelesen. Das kann eine Minute dauern. Verlassen Sie diese Seite, um es zu beenden.',
  ', {priority} priority · ward {ward}, bed {bed}, device {deviceId} · {part}':
    ', Priorität {priority} · Station {ward}, Bett {bed}, Gerät {deviceId} · {part}',
  'the alarm has ended': 'der Alarm ist beendet',
  'the log has no end of the alarm': 'ein Ende des Alarms ist nicht gespeichert',
  Findings: 'Feststellungen',
  'Records may be missing in: {missing}. What depends on them is not known.':
    'Einträge können fehlen in: {missing}. Was davon abhängt, ist nicht bekannt.',
  'Delay chain': 'Verzögerungskette',
  'Who was on duty': 'Wer Dienst hatte',
  'Who could see it': 'Wer ihn sehen konnte',
  Timeline: 'Zeitlicher Ablauf',
  'The log shows no cause.': 'Die gespeicherten Daten zeigen keine Ursache.',
  'Each bar is the time since the step before it. Its length grows with the logarithm of the time. Hatched: not known. After the event is in the log, it goes to the screens and to the called persons at the same time.':
    'Jeder Balken ist die Zeit seit dem Schritt davor. Seine Länge wächst mit dem Logarithmus der Zeit. Schraffiert: nicht bekannt. Nachdem das Ereignis gespeichert ist, geht es gleichzeitig an die Bildschirme und an die gerufenen Personen.',
  '{name} {look} at {time}': '{name} {look} um {time}',
  '{name} {look} at {time}, before the alarm; whether the screen still showed it is not known':
    '{name} {look} um {time}, vor dem Alarm; ob der Bildschirm ihn noch zeigte, ist nicht bekannt',
};
