/** German texts: notices. */
export const notices = {
  'Watch the bedside monitors: some are not judged.': 'Bettmonitore beobachten: Einige prüft Vigil nicht.',
  'Watch the bedside monitors: values are not judged.': 'Bettmonitore beobachten: Vigil prüft keine Werte.',
  ' since {when}': ' seit {when}',
  'Values of some patients are not judged{since}: an alarm processor is silent. Watch the bedside monitors.':
    'Die Werte einiger Patienten werden nicht beurteilt{since}: Ein Alarmprozess gibt kein Lebenszeichen. Beobachten Sie die Monitore am Bett.',
  'The alarm processor is silent{since}: values are shown, but not judged. Watch the bedside monitors.':
    'Der Alarmprozess gibt kein Lebenszeichen{since}: Werte werden gezeigt, aber nicht beurteilt. Beobachten Sie die Monitore am Bett.',
  'Watch the bedside monitors: readings may not arrive.': 'Bettmonitore beobachten: Werte fehlen vielleicht.',
  'Vigil’s test reading is missing. Tell the operator.': 'Die Testmessung von Vigil fehlt. IT informieren.',
  'Watch the bedside monitors: readings do not arrive.': 'Bettmonitore beobachten: Keine neuen Werte.',
  'Watch the bedside monitors: some values are missing.': 'Bettmonitore beobachten: Einige Werte fehlen.',
  '{partitions} of {of} parts of the message log': '{partitions} von {of} Teilen des Nachrichtenspeichers',
  'Watch the bedside monitors.': 'Beobachten Sie die Monitore am Bett.',
  'Readings may not arrive: the gateway confirms no test reading{since}. {watch}':
    'Messwerte kommen vielleicht nicht an: Das Gateway bestätigt keine Testmessung{since}. {watch}',
  'Vigil’s own test reading has not arrived{since}. Readings of devices still arrive, but Vigil may not notice when they stop. Tell the operator.':
    'Die Testmessung von Vigil ist nicht angekommen{since}. Messwerte der Geräte kommen noch an, aber Vigil merkt vielleicht nicht, wenn sie ausbleiben. Informieren Sie die IT.',
  'Readings do not arrive{since}: they reach the gateway, but not the message log. {watch}':
    'Messwerte kommen nicht an{since}: Sie erreichen das Gateway, aber nicht den Nachrichtenspeicher. {watch}',
  'Readings of some patients do not arrive{since}: {parts} get none. {watch}':
    'Messwerte einiger Patienten kommen nicht an{since}: Sie fehlen in {parts}. {watch}',
  'New readings are not judged{since}: they reach the message log, but not the alarm processor. {watch}':
    'Neue Messwerte werden nicht beurteilt{since}: Sie erreichen den Nachrichtenspeicher, aber nicht den Alarmprozess. {watch}',
  'New readings of some patients are not judged{since}: the alarm processor gets none from {parts}. {watch}':
    'Neue Messwerte einiger Patienten werden nicht beurteilt{since}: Der Alarmprozess bekommt keine aus {parts}. {watch}',
  'A certificate of Vigil’s server ({name}) ended at {time}: this screen may not come back once its connection is lost. Tell the operator now.':
    'Ein Zertifikat des Vigil-Servers ({name}) ist am {time} abgelaufen: Dieser Bildschirm kommt nach einem Verbindungsabbruch vielleicht nicht zurück. Informieren Sie jetzt die IT.',
  'A certificate of Vigil’s server ({name}) ends at {time} and was not renewed: after that, screens cannot connect. Tell the operator.':
    'Ein Zertifikat des Vigil-Servers ({name}) läuft am {time} ab und wurde nicht erneuert: Danach können sich Bildschirme nicht verbinden. Informieren Sie die IT.',
  'Tell the operator now: a server certificate ended.': 'IT jetzt informieren: Serverzertifikat abgelaufen.',
  'Tell the operator: a server certificate ends soon.': 'IT informieren: Serverzertifikat endet bald.',
  'This screen is slow: waves are drawn less often. Numbers and alarms work.':
    'Dieser Bildschirm ist langsam: Kurven werden seltener gezeichnet. Werte und Alarme funktionieren.',
  'This screen is too slow: waves are off. Numbers and alarms work. Show fewer beds, or close other programs.':
    'Dieser Bildschirm ist zu langsam: Kurven sind aus. Werte und Alarme funktionieren. Zeigen Sie weniger Betten, oder schließen Sie andere Programme.',
  'This screen is too slow: waves are off, and numbers change once a second. Alarms work. Watch the bedside monitors.':
    'Dieser Bildschirm ist zu langsam: Kurven sind aus, und Werte ändern sich einmal pro Sekunde. Alarme funktionieren. Beobachten Sie die Monitore am Bett.',
  'This screen is slow: it draws waves less often.': 'Bildschirm langsam: weniger Kurvenbilder.',
  'This screen is too slow: waves are off.': 'Bildschirm zu langsam: Kurven sind aus.',
  'Watch the bedside monitors: this screen is too slow.': 'Bettmonitore beobachten: Bildschirm zu langsam.',
  from: 'ab',
  since: 'seit',
  'its page is old and must be loaded again': 'seine Seite ist alt und muss neu geladen werden',
  'its browser tab is hidden': 'sein Browser-Tab ist verborgen',
  'its page is stuck': 'seine Seite hängt',
  'they are on no visible part of its page': 'sie stehen auf keinem sichtbaren Teil seiner Seite',
  ' of {places}': ' von {places}',
  '{alarms} alarms': '{alarms} Alarme',
  'it is on no visible part of its page': 'er steht auf keinem sichtbaren Teil seiner Seite',
  'This screen has not shown {what} since {when}: {reason}.':
    'Dieser Bildschirm hat seit {when} nicht gezeigt: {what}. Grund: {reason}.',
  'The screen of {person} has not shown {what} since {when}: {reason}. Look at that screen.':
    'Der Bildschirm von {person} hat seit {when} nicht gezeigt: {what}. Grund: {reason}. Sehen Sie nach diesem Bildschirm.',
  'This screen has not shown {what}.': 'Dieser Bildschirm zeigt {what} nicht.',
  'Look at the screen of {person}: it has not shown {what}.': 'Bildschirm von {person} prüfen: Er zeigt {what} nicht.',
  'Look at another screen: it has not shown {what}.': 'Anderen Bildschirm prüfen: Er zeigt {what} nicht.',
  'Watch the bedside monitors: no new values or alarms.': 'Bettmonitore beobachten: Keine Werte, keine Alarme.',
  'The message log is down{since}: no new values, alarms or acknowledgements. Watch the bedside monitors.':
    'Der Nachrichtenspeicher ist ausgefallen{since}: keine neuen Werte, Alarme oder Quittierungen. Beobachten Sie die Monitore am Bett.',
  'Check the bedside monitors: data may be missing.': 'Bettmonitore prüfen: Daten fehlen vielleicht.',
  'Watch the bedside monitors: a part of Vigil fails.': 'Bettmonitore beobachten: Ein Teil von Vigil versagt.',
  'A part of Vigil’s program fails: something here may be old or missing. Compare with the bedside monitors, and tell the operator.':
    'Ein Teil des Programms von Vigil versagt: Etwas kann hier alt sein oder fehlen. Vergleichen Sie mit den Monitoren am Bett, und informieren Sie die IT.',
  'A part of the message log cannot be read, found at {when}: some values or alarms may be missing here. Compare with the bedside monitors, and tell the operator.|{n} parts of the message log cannot be read, found at {when}: some values or alarms may be missing here. Compare with the bedside monitors, and tell the operator.':
    'Ein Teil des Nachrichtenspeichers ist nicht lesbar, bemerkt um {when}: Einige Werte oder Alarme können hier fehlen. Vergleichen Sie mit den Monitoren am Bett, und informieren Sie die IT.|{n} Teile des Nachrichtenspeichers sind nicht lesbar, bemerkt um {when}: Einige Werte oder Alarme können hier fehlen. Vergleichen Sie mit den Monitoren am Bett, und informieren Sie die IT.',
  'Tell the operator: the server’s clock was set.': 'IT informieren: Die Uhr des Servers wurde gestellt.',
  'The server’s clock was set {part} by {age} at {when}. Vigil uses its own time: ages and alarms stay right. Tell the operator.':
    'Die Uhr des Servers wurde um {when} {part} gestellt, um {age}. Vigil benutzt eine eigene Zeit: Alter und Alarme bleiben richtig. Informieren Sie die IT.',
  back: 'zurück',
  forward: 'vor',
  'On no open screen: an alarm without a bed.|On no open screen: {n} alarms without a bed.':
    'Auf keinem Bildschirm: ein Alarm ohne Bett.|Auf keinem Bildschirm: {n} Alarme ohne Bett.',
  'An alarm of a device without a bed is on no open screen. Biomedical engineering must look.|{n} alarms of a device without a bed are on no open screen. Biomedical engineering must look.':
    'Ein Alarm eines Geräts ohne Bettplatz steht auf keinem offenen Bildschirm. Die Medizintechnik muss nachsehen.|{n} Alarme von Geräten ohne Bettplatz stehen auf keinem offenen Bildschirm. Die Medizintechnik muss nachsehen.',
  'Connecting to the ward …': 'Verbindung zur Station wird hergestellt …',
  'Log in again now: your session ends at {time}.': 'Jetzt neu anmelden: Sitzungsende {time}.',
  'Your session ends at {time}: then this screen shows no alarms. Log out and log in now.':
    'Ihre Sitzung endet um {time}: Danach zeigt dieser Bildschirm keine Alarme. Melden Sie sich jetzt ab und wieder an.',
  'A new version of Vigil is ready.': 'Eine neue Version von Vigil ist bereit.',
  'The new version of Vigil did not load. Tell the operator.': 'Neue Vigil-Version lädt nicht. IT informieren.',
  'Load it': 'Laden',
  'This screen cannot draw waves. Reload the page.': 'Keine Kurven auf diesem Bildschirm. Seite neu laden.',
  'This screen cannot draw waves any more. Numbers and alarms work. Reload the page, or use another browser.':
    'Dieser Bildschirm kann keine Kurven mehr zeichnen. Werte und Alarme funktionieren. Laden Sie die Seite neu, oder verwenden Sie einen anderen Browser.',
  'Pauses the sound of each bed that sounds now. A new alarm of the same or a higher priority ends the pause of its bed':
    'Pausiert den Ton jedes Bettes, das jetzt ertönt. Ein neuer Alarm gleicher oder höherer Priorität beendet die Pause seines Bettes',
  'Pausing …': 'Wird pausiert …',
  'Not paused. {message}': 'Nicht pausiert. {message}',
  'Tell the operator: some alarms may reach nobody.': 'IT informieren: Manche Alarme rufen niemanden.',
  'Not in the registry of wards and beds: {named}': 'Nicht im Verzeichnis der Stationen und Betten: {named}',
  '{more} more': '{more} weitere',
  '. Their alarms may reach nobody: tell the operator.':
    '. Ihre Alarme erreichen vielleicht niemanden: Informieren Sie die IT.',
};
