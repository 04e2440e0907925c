/** German texts: the facts of a strip (contracts/strip-facts.ts). */
export const strip = {
  off: 'aus',
  physiological: 'physiologisch',
  invalid: 'ungültig',
  '{alarm}, {priority} priority, {kind}': '{alarm}, Priorität {priority}, {kind}',
  '{value}, limit {limit}': '{value}, Grenzwert {limit}',
  'Numbers at the onset': 'Werte zu Beginn',
  'Left out, too large': 'Weggelassen, zu groß',
  'Missing parts': 'Fehlende Teile',
  'no samples came for a part of this time': 'für einen Teil dieser Zeit kamen keine Messpunkte',
  '1 message of this time cannot be read: a gap may be such a message, not a pause of the device':
    '1 Nachricht dieser Zeit ist nicht lesbar: Eine Lücke kann eine solche Nachricht sein, keine Pause des Geräts',
  '{count} messages of this time cannot be read: a gap may be such a message, not a pause of the device':
    '{count} Nachrichten dieser Zeit sind nicht lesbar: Eine Lücke kann eine solche Nachricht sein, keine Pause des Geräts',
  'by the device’s clock {time}': 'nach der Uhr des Geräts {time}',
  'onset {onset} of this alarm': 'Beginn {onset} dieses Alarms',
  'computed from the time of the judgement': 'berechnet aus der Zeit der Beurteilung',
  '{seconds} s before': '{seconds} s davor',
  'no profile': 'kein Profil',
  'profile {origin}, version {version}': 'Profil {origin}, Stand {version}',
  'extreme {range}': 'extrem {range}',
  'up to {high}': 'bis {high}',
  'from {low}': 'ab {low}',
};
