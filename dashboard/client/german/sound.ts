/** German texts: the sound of the page and of the wards. */
export const sound = {
  'has no connection': 'keine Verbindung hat',
  'does not answer': 'nicht antwortet',
  'has its browser tab hidden': 'seine Seite nicht zeigt',
  'plays no sound': 'keinen Ton spielt',
  'shows another ward': 'eine andere Station zeigt',
  'has not shown an alarm': 'einen Alarm nicht gezeigt hat',
  'plays another sound': 'einen anderen Ton spielt',
  '{ward}: every screen sounds': '{ward}: jeder Bildschirm ertönt',
  '{ward}: this screen sounds': '{ward}: dieser Bildschirm ertönt',
  '{ward}: the screen of {person} sounds': '{ward}: der Bildschirm von {person} ertönt',
  '{ward}: the screen of {person} sounds, and this one': '{ward}: der Bildschirm von {person} ertönt, und dieser',
  'A screen of {person} at another server has the sound of {ward}. This screen sounds, too.':
    'Ein Bildschirm von {person} an einem anderen Server hat den Ton von {ward}. Dieser Bildschirm ertönt auch.',
  'Every screen sounds the alarms of {ward}, because this screen, which should sound alone, {why}.':
    'Jeder Bildschirm lässt die Alarme von {ward} ertönen, weil dieser Bildschirm, der allein ertönen soll, {why}.',
  'Every screen sounds the alarms of {ward}, because the screen of {person}, which should sound alone, {why}.':
    'Jeder Bildschirm lässt die Alarme von {ward} ertönen, weil der Bildschirm von {person}, der allein ertönen soll, {why}.',
  'Every screen sounds the alarms of {ward} from now on. No screen sounds alone any more.':
    'Jeder Bildschirm lässt die Alarme von {ward} ab jetzt ertönen. Kein Bildschirm ertönt mehr allein.',
  'This screen sounds, and one at another server.': 'Dieser Bildschirm ertönt, einer anderswo auch.',
  'Every screen sounds the alarms of {ward}.': 'Jeder Bildschirm ertönt für {ward}.',
  'Every screen sounds the alarms of the ward.': 'Jeder Bildschirm der Station ertönt.',
  'The wall display {display} should sound the alarms of {ward}, but its browser plays no sound. Every screen sounds. Press “Turn sound on” on the display.':
    'Die Wandanzeige {display} soll die Alarme von {ward} ertönen lassen, aber ihr Browser spielt keinen Ton. Jeder Bildschirm ertönt. Drücken Sie auf der Anzeige „Ton einschalten“.',
  'The wall display {display} should sound the alarms of {ward}, but its page is hidden. Every screen sounds.':
    'Die Wandanzeige {display} soll die Alarme von {ward} ertönen lassen, aber ihre Seite ist verdeckt. Jeder Bildschirm ertönt.',
  'The wall display plays no sound. Every screen sounds.': 'Die Wandanzeige ist stumm. Jeder Bildschirm ertönt.',
  'The wall display {display} of {ward} is at its lowest volume.':
    'Die Wandanzeige {display} von {ward} hat die kleinste Lautstärke.',
  'The wall display {display} of {ward} is in night mode: medium and low alarms are soft.':
    'Die Wandanzeige {display} von {ward} ist im Nachtmodus: mittlere und niedrige Alarme sind leise.',
  'No sound: this browser cannot play it': 'Kein Ton: dieser Browser kann ihn nicht spielen',
  'No sound: the browser blocks it': 'Kein Ton: der Browser sperrt ihn',
  'Sound paused until {time}': 'Ton pausiert bis {time}',
  'Sound on': 'Ton an',
  'Sound on, night': 'Ton an, Nacht',
  'Sound on, middle volume': 'Ton an, mittlere Lautstärke',
  'Sound on, lowest volume': 'Ton an, kleinste Lautstärke',
  'here: night': 'hier: Nacht',
  'here: middle volume': 'hier: mittlere Lautstärke',
  'here: lowest volume': 'hier: kleinste Lautstärke',
  Full: 'Voll',
  Middle: 'Mittel',
  Lowest: 'Kleinste',
  Never: 'Nie',
  'As the ward: {from} to {until} ({zone})': 'Wie die Station: {from} bis {until} ({zone})',
  'End this night here': 'Diese Nacht hier beenden',
  '{from} to {until}': '{from} bis {until}',
  Volume: 'Lautstärke',
  'Night mode': 'Nachtmodus',
  'Night now, until {time}': 'Jetzt Nacht, bis {time}',
  'Pause alarm sounds 2 min': 'Alarmtöne 2 min pausieren',
  'Pause failure sound 2 min': 'Störungston 2 min pausieren',
  'Sound {ward} only here': '{ward} nur hier ertönen lassen',
  'Sound {ward} on every screen': '{ward} überall ertönen lassen',
  'Let the wall display sound {ward}': '{ward} an der Wandanzeige ertönen lassen',
  'All other screens are silent for {ward} while this screen sounds':
    'Alle anderen Bildschirme sind für {ward} stumm, solange dieser ertönt',
  'Every screen sounds the alarms of {ward} again': 'Jeder Bildschirm lässt die Alarme von {ward} wieder ertönen',
  'All other screens are silent for {ward} while the wall display sounds':
    'Alle anderen Bildschirme sind für {ward} stumm, solange die Wandanzeige ertönt',
  'Asking …': 'Wird angefragt …',
  'Not changed. {message}': 'Nicht geändert. {message}',
  'The server has not answered. Look again, and try again.':
    'Der Server hat nicht geantwortet. Sehen Sie noch einmal nach, und versuchen Sie es noch einmal.',
  'This browser blocks the sound: alarms are not heard here. Press “Turn sound on”. The operator can allow sound for the wall display (option --autoplay-policy=no-user-gesture-required).':
    'Dieser Browser sperrt den Ton: Alarme sind hier nicht zu hören. Drücken Sie „Ton einschalten“. Der Betrieb kann den Ton für die Wandanzeige erlauben (Option --autoplay-policy=no-user-gesture-required).',
  'Sound is off: alarms are not heard here.': 'Der Ton ist aus: Alarme sind hier nicht zu hören.',
  'No alarm is heard here.': 'Hier ist kein Alarm zu hören.',
  'This browser cannot play sound. Alarms are only seen here, not heard.':
    'Dieser Browser kann keinen Ton spielen. Alarme sind hier nur zu sehen, nicht zu hören.',
  'Turn sound on': 'Ton einschalten',
  'No sound here.': 'Kein Ton hier.',
  'Test the sound': 'Ton testen',
  'Test the sound of {ward}': 'Ton von {ward} testen',
  'Your answer is recorded with the time.': 'Ihre Antwort ist mit der Zeit protokolliert.',
  'You hear a rising mark, the signals low, medium and high once, and the mark again. Every screen of the ward says that it is a test. An alarm ends the test at once.':
    'Sie hören eine aufsteigende Marke, je einmal die Signale niedrig, mittel und hoch, und wieder die Marke. Jeder Bildschirm der Station sagt, dass es ein Test ist. Ein Alarm beendet den Test sofort.',
  'Test this screen': 'Diesen Bildschirm testen',
  'This screen has the sound of {ward}.': 'Dieser Bildschirm hat den Ton von {ward}.',
  'A test of this screen does not count as a test of {ward}, because this screen does not have its sound. To test another screen, stand in front of it.':
    'Ein Test dieses Bildschirms zählt nicht als Test von {ward}, weil dieser Bildschirm den Ton nicht hat. Um einen anderen Bildschirm zu testen, stellen Sie sich davor.',
  'Test the wall display {name}': 'Die Wandanzeige {name} testen',
  'Test the screen of {name}, which has the sound': 'Den Bildschirm von {name} testen, der den Ton hat',
  'The test runs for about ten seconds. Did you hear all three signals: low, medium and high?':
    'Der Test dauert etwa zehn Sekunden. Haben Sie alle drei Signale gehört: niedrig, mittel und hoch?',
  'Yes, I heard all three': 'Ja, alle drei gehört',
  'Sound test of {ward} by {person}. This is not an alarm.': 'Tontest von {ward} durch {person}. Das ist kein Alarm.',
  'Sound tested': 'Ton getestet',
  'no test in the last 30 days': 'kein Test in den letzten 30 Tagen',
  'not known: the test of {time} does not name its screen':
    'nicht bekannt: der Test von {time} nennt seinen Bildschirm nicht',
  'not known: the test of {time} was at a screen that does not have the sound':
    'nicht bekannt: der Test von {time} war an einem Bildschirm, der den Ton nicht hat',
  '{time}, heard at {screen}': '{time}, gehört an {screen}',
  '{time}, not heard at {screen}': '{time}, nicht gehört an {screen}',
  'Takes the sound of its ward by itself. The other screens are silent only while the display proves that it sounds.':
    'Übernimmt den Ton der Station von selbst. Die anderen Bildschirme sind nur stumm, solange die Anzeige beweist, dass sie ertönt.',
};
