/** German texts: waves and strips. */
export const waves = {
  '{ms} ms': '{ms} ms',
  '{perMinute} /min': '{perMinute} /min',
  'no sample at one end': 'kein Messpunkt an einem Ende',
  'The server still reads older alarms, so some are not marked. Open this page again in a minute.':
    'Der Server liest noch ältere Alarme, deshalb sind einige nicht markiert. Öffnen Sie diese Seite in einer Minute noch einmal.',
  'Only the newest {n} alarms are marked: those raised from {time} on.':
    'Nur die neuesten {n} Alarme sind markiert: die ab {time} gemeldeten.',
  'Alarms raised before {time} may be missing here.': 'Alarme von vor {time} können hier fehlen.',
  'not this stay': 'nicht dieser Aufenthalt',
  'no longer kept (24 h)': 'nicht mehr gespeichert (24 h)',
  'may still come': 'kann noch kommen',
  'not searched: too much data': 'nicht gesucht: zu viele Daten',
  'no samples': 'keine Messpunkte',
  'The times are those of the device. Its clock is {seconds} s {part}.':
    'Die Zeiten sind die des Geräts. Seine Uhr geht {seconds} s {part}.',
  behind: 'nach',
  ahead: 'vor',
  'This stay began at {time}. Earlier waves belong to nobody or to another patient.':
    'Dieser Aufenthalt begann um {time}. Frühere Kurven gehören niemandem oder einem anderen Patienten.',
  'This stay ended at {time}.': 'Dieser Aufenthalt endete um {time}.',
  'No waves are kept from before {time}: waves are kept for 24 hours.':
    'Von vor {time} sind keine Kurven gespeichert: Kurven bleiben 24 Stunden.',
  'The log has no waves from {time} to {time2}.': 'Von {time} bis {time2} sind keine Kurven gespeichert.',
  'Enter the password.': 'Geben Sie das Passwort ein.',
  'This screen is locked': 'Dieser Bildschirm ist gesperrt',
  'Locked.': 'Gesperrt.',
  'Names are hidden. Alarms go on.': 'Namen sind verborgen. Alarme laufen weiter.',
  'Unlocking …': 'Wird entsperrt …',
  Unlock: 'Entsperren',
  'Type the length of the line in millimetres, for example 58.':
    'Geben Sie die Länge der Linie in Millimetern ein, zum Beispiel 58.',
  'Size measured on this screen': 'Größe an diesem Bildschirm gemessen',
  'Size not measured: speeds are about right': 'Größe nicht gemessen: Geschwindigkeiten stimmen ungefähr',
  'Hold a ruler to the line, and type its length. It counts for this screen and this zoom.':
    'Legen Sie ein Lineal an die Linie, und geben Sie ihre Länge ein. Sie gilt für diesen Bildschirm und diesen Zoom.',
  'Length in mm': 'Länge in mm',
  'Remove the measurement': 'Messung entfernen',
  'First onset': 'Erster Beginn',
  'Next onset': 'Nächster Beginn',
  Onset: 'Beginn',
  '{number} of {count}': '{number} von {count}',
  'The alarm history no longer has this alarm. Its strip shows it as it was at this onset.':
    'Der Alarmverlauf enthält diesen Alarm nicht mehr. Der Kurvenstreifen zeigt ihn, wie er bei diesem Beginn war.',
  'Look again': 'Noch einmal nachsehen',
  'Digest of the samples:': 'Prüfsumme der Messpunkte:',
  'The server has computed it again from the samples: it is equal.':
    'Der Server hat sie aus den Messpunkten neu berechnet: Sie ist gleich.',
  'It does not belong to these samples: do not use this strip, and inform the operator.':
    'Sie gehört nicht zu diesen Messpunkten: Verwenden Sie diesen Kurvenstreifen nicht, und informieren Sie die IT.',
  '10 s before the onset': '10 s vor dem Beginn',
  '10 s after the onset': '10 s nach dem Beginn',
  '{time} to {time2}, clock of the device': '{time} bis {time2}, Uhr des Geräts',
  'no samples, or cannot be read': 'keine Messpunkte, oder nicht lesbar',
  '. The wave is too high for the row: what is beyond its edges is drawn on the edge':
    '. Die Kurve ist zu hoch für die Zeile: Was über die Ränder hinausgeht, ist auf den Rand gezeichnet',
  '25 mm/s, 10 mm/mV: a large square is 0.2 s and 0.5 mV, and the mark at the left is 1 mV{cut}':
    '25 mm/s, 10 mm/mV: Ein großes Kästchen ist 0,2 s und 0,5 mV, und die Marke links ist 1 mV{cut}',
  '25 mm/s: a large square is 0.2 s; from {shown} to {shown2} {part}':
    '25 mm/s: Ein großes Kästchen ist 0,2 s; von {shown} bis {shown2} {part}',
  '(no unit)': '(ohne Einheit)',
  'Time of the view in the last 24 hours': 'Zeit der Ansicht in den letzten 24 Stunden',
  'paper with waves': 'Papier mit Kurven',
  'First line of the calipers': 'Erste Messlinie',
  'Second line of the calipers': 'Zweite Messlinie',
  'end of {text}': 'Ende von {text}',
  'ECG {lead}': 'EKG {lead}',
  '{speed} mm/s, ECG {gain} mm/mV': '{speed} mm/s, EKG {gain} mm/mV',
  '{part} from {zoned} to {time}, {scale}': '{part} von {zoned} bis {time}, {scale}',
  'No wave': 'Keine Kurve',
  '{zoned} to {time}': '{zoned} bis {time}',
  '· not calibrated': '· nicht kalibriert',
  '{doubled}: two recordings claim the same time. The clock of the device was set back, or two devices use one certificate. The second recording is dotted.':
    '{doubled}: Zwei Aufzeichnungen beanspruchen dieselbe Zeit. Die Uhr des Geräts wurde zurückgestellt, oder zwei Geräte benutzen ein Zertifikat. Die zweite Aufzeichnung ist gepunktet.',
  '{unreadable} records of this stay could not be opened. Their waves are missing here.':
    '{unreadable} Einträge dieses Aufenthalts konnten nicht geöffnet werden. Ihre Kurven fehlen hier.',
  '{text}, from {time}{part}': '{text}, von {time}{part}',
  ' to {time}': ' bis {time}',
  '{part}: {gap}, {time} to {time2}': '{part}: {gap}, {time} bis {time2}',
  'All waves': 'Alle Kurven',
  '← Earlier': '← Früher',
  'Later →': 'Später →',
  Freeze: 'Anhalten',
  'Go to now': 'Zur Gegenwart',
  'Samples have come since you opened this page. The strip now has them.':
    'Seit Sie diese Seite geöffnet haben, sind Messpunkte gekommen. Der Kurvenstreifen enthält sie jetzt.',
  'Samples are missing. If the device sends them, Vigil adds them about 10 minutes after the onset.':
    'Es fehlen Messpunkte. Wenn das Gerät sie sendet, ergänzt Vigil sie etwa 10 Minuten nach dem Beginn.',
  samples: 'Messpunkte',
  'not known before you look there': 'erst bekannt, wenn Sie dort hinsehen',
  '{n} outage is known, from {from} to {to}|{n} outages are known, the newest from {from} to {to}':
    '{n} Ausfall ist bekannt, von {from} bis {to}|{n} Ausfälle sind bekannt, der neueste von {from} bis {to}',
  'follows the present': 'folgt der Gegenwart',
  'stands still': 'steht still',
  'Alarm before': 'Alarm davor',
  'Alarm after': 'Alarm danach',
  'Type a time of the last 24 hours, for example 14:03 or 14:03:07.':
    'Geben Sie eine Zeit der letzten 24 Stunden ein, zum Beispiel 14:03 oder 14:03:07.',
  Go: 'Los',
  Waves: 'Kurven',
  Calipers: 'Messlinien',
  'Page of the patient': 'Seite des Patienten',
  'The alarms are not marked: {alarmsProblem}': 'Die Alarme sind nicht markiert: {alarmsProblem}',
};
