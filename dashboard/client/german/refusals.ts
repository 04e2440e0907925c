/**
 * German texts: refusals of the server. A page loads this file with its first refusal (shell/refusal-texts.ts).
 * `refusals` are whole sentences; `refusalForms` are sentences with values. A test finds each sentence of the server
 * that has no German text.
 */
const sentences = {
  'Too many requests of this account wait for an answer: try again in a moment.':
    'Zu viele Anfragen dieses Kontos warten auf eine Antwort: Versuchen Sie es gleich noch einmal.',
  'Too many explanations of alarms are being made: try again shortly.':
    'Zu viele Erklärungen von Alarmen werden gerade erstellt: Versuchen Sie es gleich noch einmal.',
  'The alarm was not found, but the request was not refused.':
    'Der Alarm wurde nicht gefunden, aber die Anfrage wurde nicht abgelehnt.',
  'The events of the alarm cannot be read: try again.':
    'Die Ereignisse des Alarms sind nicht lesbar: Versuchen Sie es noch einmal.',
  'The log has too much to read: use npm run vigil -- explain.':
    'Im Log ist zu viel zu lesen: Bitten Sie die IT um „npm run vigil -- explain“.',
  'The page that asked was closed.': 'Die Seite, die gefragt hat, wurde geschlossen.',
  'The log cannot be read now.': 'Das Log ist jetzt nicht lesbar.',
  'Too many scores are being read from the log: try again shortly.':
    'Zu viele Scores werden aus dem Log gelesen: Versuchen Sie es gleich noch einmal.',
  'The server failed to handle this request. Its log has the details: tell the operator.':
    'Der Server konnte diese Anfrage nicht bearbeiten. Einzelheiten stehen in seinem Log: Informieren Sie die IT.',
  'The ticket is no longer valid. Get a new ticket and connect again.':
    'Das Ticket ist nicht mehr gültig. Holen Sie ein neues Ticket, und verbinden Sie sich noch einmal.',
  'Too many trends are being read from the log: try again shortly.':
    'Zu viele Trends werden aus dem Log gelesen: Versuchen Sie es gleich noch einmal.',
  'The trends cannot be read now. Live values are still shown.':
    'Die Trends sind jetzt nicht lesbar. Die aktuellen Werte sind weiter zu sehen.',
  'Nothing was changed: too many changes wait, or Kafka is slow. Try again.':
    'Nichts wurde geändert: Zu viele Änderungen warten, oder Kafka ist langsam. Versuchen Sie es noch einmal.',
  'Nothing was changed: too many changes wait. Try again in a moment.':
    'Nichts wurde geändert: Zu viele Änderungen warten. Versuchen Sie es gleich noch einmal.',
  'Nothing was changed: this server reads from Kafka too slowly. Try again.':
    'Nichts wurde geändert: Dieser Server liest zu langsam aus Kafka. Versuchen Sie es noch einmal.',
  'The change was saved, but this server does not show it yet. Look again in a few seconds.':
    'Die Änderung ist gespeichert, aber dieser Server zeigt sie noch nicht. Sehen Sie in ein paar Sekunden noch einmal nach.',
  'Nothing was changed: too many people make changes at the same time. Try again.':
    'Nichts wurde geändert: Zu viele Personen ändern gleichzeitig etwas. Versuchen Sie es noch einmal.',
  'Nothing was changed: Kafka did not answer in time. Try again.':
    'Nichts wurde geändert: Kafka hat nicht rechtzeitig geantwortet. Versuchen Sie es noch einmal.',
  'Nothing was changed: Kafka did not accept the change. Try again.':
    'Nichts wurde geändert: Kafka hat die Änderung nicht angenommen. Versuchen Sie es noch einmal.',
  'It is not known whether this was saved: Kafka did not answer in time. Look again before you repeat it.':
    'Es ist nicht bekannt, ob dies gespeichert wurde: Kafka hat nicht rechtzeitig geantwortet. Sehen Sie noch einmal nach, bevor Sie es wiederholen.',
  'The server is starting and cannot reach Kafka yet. Try again in a few seconds.':
    'Der Server startet und erreicht Kafka noch nicht. Versuchen Sie es in ein paar Sekunden noch einmal.',
  'This question was replaced by a newer question about other limits.':
    'Diese Frage wurde durch eine neuere Frage über andere Grenzwerte ersetzt.',
  'The dialog that asked this question was closed.': 'Der Dialog, der das gefragt hat, wurde geschlossen.',
  'Nothing was changed: another command changes the accounts now. Try again.':
    'Nichts wurde geändert: Ein anderer Befehl ändert gerade die Konten. Versuchen Sie es noch einmal.',
  'Nothing was changed: the account is already disabled.': 'Nichts wurde geändert: Das Konto ist schon gesperrt.',
  'Nothing was changed: the account is already enabled.': 'Nichts wurde geändert: Das Konto ist schon freigegeben.',
  'Another export of the audit trail is being made: try again in a minute.':
    'Ein anderer Export des Protokolls läuft gerade: Versuchen Sie es in einer Minute noch einmal.',
  'Not accepted: you have made too many assignments of this ward. Accept all these beds at once.':
    'Nicht angenommen: Sie haben zu viele Zuteilungen auf dieser Station gemacht. Nehmen Sie alle diese Betten auf einmal an.',
  'Nothing was added: you have chosen too many user names that are taken. Try again in an hour, or ask an administrator of all wards.':
    'Nichts wurde hinzugefügt: Sie haben zu viele Benutzernamen gewählt, die vergeben sind. Versuchen Sie es in einer Stunde noch einmal, oder bitten Sie eine Verwaltung aller Stationen.',
  'You may give only your own wards, and not the roles administrator and auditor.':
    'Sie dürfen nur Ihre eigenen Stationen vergeben, und nicht die Rollen Verwaltung und Prüfung.',
  'Only a wall display can take the sound of its ward by itself.':
    'Nur eine Wandanzeige kann den Ton ihrer Station von selbst nehmen.',
  'One of the wards is not registered. Load the page again, and choose from its list.':
    'Eine der Stationen ist nicht eingetragen. Laden Sie die Seite neu, und wählen Sie aus ihrer Liste.',
  'You have made too many assignments of this ward. Nothing was saved.':
    'Sie haben zu viele Zuteilungen auf dieser Station gemacht. Nichts wurde gespeichert.',
  'You were away too often in the last 48 hours. Ask the charge nurse to end your duty.':
    'Sie waren in den letzten 48 Stunden zu oft abwesend. Bitten Sie die Schichtleitung, Ihren Dienst zu beenden.',
  'The category decides the limits. Confirm the change by naming the former category.':
    'Die Kategorie bestimmt die Grenzwerte. Bestätigen Sie die Änderung, indem Sie die frühere Kategorie nennen.',
  'Nothing was saved: your account may not use this ward, bed or patient id. Check what you entered. If it is right, ask somebody whose account has all wards. After three patient ids of other wards, your account cannot enter further patient ids for an hour.':
    'Nichts wurde gespeichert: Ihr Konto darf diese Station, dieses Bett oder diese Patienten-ID nicht benutzen. Prüfen Sie Ihre Eingabe. Wenn sie stimmt, bitten Sie jemanden mit einem Konto für alle Stationen. Nach drei Patienten-IDs anderer Stationen kann Ihr Konto eine Stunde lang keine weiteren Patienten-IDs eingeben.',
  'Nothing was saved: the stored data say that this device is in two beds at once. End the association that the screen shows, look again, and then assign the device.':
    'Nichts wurde gespeichert: Nach den gespeicherten Daten ist dieses Gerät in zwei Betten zugleich. Beenden Sie die Zuordnung, die der Bildschirm zeigt, sehen Sie noch einmal nach, und ordnen Sie dann das Gerät zu.',
  'A patient is in this bed. Is this device for that patient?':
    'In diesem Bett ist ein Patient. Ist dieses Gerät für diesen Patienten?',
  'A time of the search does not exist.': 'Eine Zeit der Suche gibt es nicht.',
  'Only the person who was named as cover answers, with her or his own login.':
    'Nur die als Vertretung genannte Person antwortet, mit ihrer eigenen Anmeldung.',
  'No patient is at this bed, so a task would be about nobody.':
    'An diesem Bett ist kein Patient, die Aufgabe wäre über niemanden.',
  'Not saved: somebody has changed this task, or taken it back, since you saw it. Look at the tasks that are shown now.':
    'Nicht gespeichert: Jemand hat diese Aufgabe geändert oder zurückgenommen, seit Sie sie gesehen haben. Sehen Sie sich die Aufgaben an, die jetzt gezeigt werden.',
  'Another person gets messages in this browser. That person must remove this device first, or you allow notifications in a new browser.':
    'Eine andere Person bekommt Nachrichten in diesem Browser. Sie muss dieses Gerät zuerst entfernen, oder Sie erlauben Mitteilungen in einem neuen Browser.',
  'The keys of the browser are not keys of Web Push.': 'Die Schlüssel des Browsers sind keine Schlüssel für Web Push.',
  'The assignments have not been read yet. Try again.':
    'Die Zuteilungen sind noch nicht gelesen. Versuchen Sie es noch einmal.',
  'This server has not read the deliveries yet. Try again shortly.':
    'Dieser Server hat die Rufe noch nicht gelesen. Versuchen Sie es gleich noch einmal.',
  'Too many changes of this account wait: try again in a moment.':
    'Zu viele Änderungen dieses Kontos warten: Versuchen Sie es gleich noch einmal.',
  'Kafka did not answer in time. Your answer may still count: look at the call before you repeat it.':
    'Kafka hat nicht rechtzeitig geantwortet. Ihre Antwort kann noch zählen: Sehen Sie sich den Ruf an, bevor Sie sie wiederholen.',
  'Kafka did not answer in time. The change may still take effect: look at the list before you repeat it.':
    'Kafka hat nicht rechtzeitig geantwortet. Die Änderung kann noch wirken: Sehen Sie in der Liste nach, bevor Sie sie wiederholen.',
  'The note may be saved, but this server cannot show it yet. Look again.':
    'Die Notiz ist vielleicht gespeichert, aber dieser Server kann sie noch nicht zeigen. Sehen Sie noch einmal nach.',
  'Too many lists of alarms are being made: try again shortly.':
    'Zu viele Alarmlisten werden gerade erstellt: Versuchen Sie es gleich noch einmal.',
  'One of the times does not exist.': 'Eine der Zeiten gibt es nicht.',
  'Name the assignment that ends.': 'Nennen Sie die Zuteilung, die endet.',
  'This server has not read the tasks yet. Try again shortly.':
    'Dieser Server hat die Aufgaben noch nicht gelesen. Versuchen Sie es gleich noch einmal.',
  'Kafka did not answer in time. Perhaps the task was saved, or it will be saved soon. Look before you write it again.':
    'Kafka hat nicht rechtzeitig geantwortet. Vielleicht ist die Aufgabe gespeichert, oder sie wird bald gespeichert. Sehen Sie nach, bevor Sie sie noch einmal schreiben.',
  'The change was saved, but this server does not show it yet. Look at the list again.':
    'Die Änderung ist gespeichert, aber dieser Server zeigt sie noch nicht. Sehen Sie noch einmal in die Liste.',
  'Choose a time from now to 7 days ahead. For an earlier time, ask the operator for “vigil delivery who”.':
    'Wählen Sie eine Zeit von jetzt bis in 7 Tagen. Für eine frühere Zeit bitten Sie die IT um „vigil delivery who“.',
  'Too many summaries are being made: try again shortly.':
    'Zu viele Zusammenfassungen werden gerade erstellt: Versuchen Sie es gleich noch einmal.',
  'Nothing was tested: an alarm of this ward sounds, or should sound.':
    'Nichts wurde geprüft: Ein Alarm dieser Station ertönt oder sollte ertönen.',
  'Nothing was tested: somebody has just tested the sound of this ward. Wait a minute.':
    'Nichts wurde geprüft: Jemand hat gerade den Ton dieser Station geprüft. Warten Sie eine Minute.',
  'Nothing was tested: this screen is not open any more, or its browser plays no sound.':
    'Nichts wurde geprüft: Dieser Bildschirm ist nicht mehr offen, oder sein Browser spielt keinen Ton.',
  'Nothing was tested: too many tests wait for an answer. Try again in ten minutes.':
    'Nichts wurde geprüft: Zu viele Prüfungen warten auf eine Antwort. Versuchen Sie es in zehn Minuten noch einmal.',
  'Nothing was tested: load this page again, and choose one screen.':
    'Nichts wurde geprüft: Laden Sie diese Seite neu, und wählen Sie einen Bildschirm.',
  'Not recorded: this test is over. Test the sound again.':
    'Nicht aufgezeichnet: Diese Prüfung ist vorbei. Prüfen Sie den Ton noch einmal.',
  'Not recorded: the signals have not all played yet. Test the sound again.':
    'Nicht aufgezeichnet: Noch nicht alle Signale wurden gespielt. Prüfen Sie den Ton noch einmal.',
  'An alarm ended the test. Test the sound again.':
    'Ein Alarm hat die Prüfung beendet. Prüfen Sie den Ton noch einmal.',
  'Name a bed or the id of a patient.': 'Nennen Sie ein Bett oder die ID eines Patienten.',
  'One request may ask for at most 24 hours.': 'Eine Anfrage darf höchstens 24 Stunden umfassen.',
  'This stay has ended.': 'Dieser Aufenthalt ist beendet.',
  'Too many requests for waves wait: try again shortly.':
    'Zu viele Anfragen nach Kurven warten: Versuchen Sie es gleich noch einmal.',
  'The log did not answer in time: try again.':
    'Das Log hat nicht rechtzeitig geantwortet: Versuchen Sie es noch einmal.',
  'The bed is not on standby.': 'Das Bett ist nicht im Standby.',
  'The limits were not changed: the patient is no longer at this device.':
    'Die Grenzwerte wurden nicht geändert: Der Patient ist nicht mehr an diesem Gerät.',
  // Texts that stand as values in the sentences below.
  'the patient is no longer at this device': 'Der Patient ist nicht mehr an diesem Gerät',
  'no patient is at this device': 'An diesem Gerät ist kein Patient',
  'the command came too late': 'Der Befehl kam zu spät',
  'NEWS2 is for adults only': 'NEWS2 gilt nur für Erwachsene',
  'cannot cover': 'kann nicht vertreten',
  'is not an address of the web': 'ist keine Adresse im Web',
  'does not begin with https:': 'beginnt nicht mit https:',
  'has a password': 'hat ein Passwort',
  'is of a host that is not allowed': 'gehört zu einem Rechner, der nicht erlaubt ist',
};

/** Sentences with values (core/server-texts.ts says what each value may be). */
export const refusalForms = {
  'Too many logins: try again in {n} s.': 'Zu viele Anmeldungen: Versuchen Sie es in {n} s noch einmal.',
  'Nothing was changed: another command is changing {file}. Try again when it has ended.':
    'Nichts wurde geändert: Ein anderer Befehl ändert gerade {file}. Versuchen Sie es noch einmal, wenn er beendet ist.',
  'Nothing was added: the user name {name} is taken. Choose another user name.':
    'Nichts wurde hinzugefügt: Der Benutzername {name} ist vergeben. Wählen Sie einen anderen Benutzernamen.',
  '{sentence} It now says: {alarm}.': '{sentence} Er heißt jetzt: {alarm}.',
  'Meanwhile {name} has acknowledged this alarm.': 'Inzwischen hat {name} diesen Alarm quittiert.',
  'No account of this ward has the id “{name}”.': 'Kein Konto dieser Station hat den Benutzernamen „{name}“.',
  'A {role} cannot have the duty {duty}.': 'Die Rolle {role} kann diesen Dienst nicht haben: {duty}.',
  '{person} is charge nurse then, and assigns this duty.':
    '{person} hat dann die Schichtleitung und teilt diesen Dienst zu.',
  'The board is full: {max} assignments, or {max2} with those of the last 48 hours. Nothing was saved.':
    'Die Tafel ist voll: {max} Zuteilungen, oder {max2} mit denen der letzten 48 Stunden. Nichts wurde gespeichert.',
  '{person} is already assigned to this at that time. To stay longer, begin when that assignment ends.':
    '{person} ist zu dieser Zeit schon dafür zugeteilt. Um länger zu bleiben, beginnen Sie am Ende jener Zuteilung.',
  'The first line must be {text}, with commas or semicolons between the words.':
    'Die erste Zeile muss {text} sein, mit Kommas oder Semikolons zwischen den Wörtern.',
  'The duty must be one of {text}.': 'Der Dienst muss einer von diesen sein: {text}.',
  'The name "{name}" {text}.': 'Der Name „{name}“ ist nicht erlaubt: {text}.',
  'A time must have its date and its offset from UTC, for example {text}.':
    'Eine Zeit braucht ihr Datum und ihren Abstand zu UTC, zum Beispiel {text}.',
  'Not saved: meanwhile {name} changed this board. Look at what changed and decide.':
    'Nicht gespeichert: Inzwischen hat {name} diese Tafel geändert. Sehen Sie nach, was sich geändert hat, und entscheiden Sie.',
  '{person} is away too.': '{person} ist auch abwesend.',
  '{person} is a {role} and cannot cover a {duty}.':
    '{person} hat die Rolle {role} und kann diesen Dienst nicht vertreten: {duty}.',
  '{person} is not a device. It sends Vigil’s own test readings and cannot be assigned to a bed.':
    '{person} ist kein Gerät. Es sendet Vigils eigene Prüfwerte und kann keinem Bett zugeordnet werden.',
  '{sentence} Nobody can assign a device before it has connected: switch it on and try again.':
    '{sentence} Niemand kann ein Gerät zuordnen, bevor es sich verbunden hat: Schalten Sie es ein, und versuchen Sie es noch einmal.',
  'Nothing was saved: {max} devices have had a bed, and there is no room for another. Tell the operator.':
    'Nichts wurde gespeichert: {max} Geräte hatten ein Bett, und für ein weiteres ist kein Platz. Informieren Sie die IT.',
  "Not saved: meanwhile {name} changed this device's bed or patient. Look at what changed and decide.":
    'Nicht gespeichert: Inzwischen hat {name} das Bett oder den Patienten dieses Geräts geändert. Sehen Sie nach, was sich geändert hat, und entscheiden Sie.',
  'Vigil says that the named cover {part}.': 'Vigil sagt über die genannte Vertretung: {part}.',
  'has no duty with which to cover a {duty}': 'hat keinen Dienst, der diesen vertreten kann: {duty}',
  'Not saved: you do not cover. {sentence}': 'Nicht gespeichert: Sie vertreten nicht. {sentence}',
  'Not saved: {text} since you opened it. Read the note that is shown now, and save again.':
    'Nicht gespeichert: Die Notiz wurde geändert ({text}), seit Sie sie geöffnet haben. Lesen Sie die Notiz, die jetzt gezeigt wird, und speichern Sie noch einmal.',
  'Not saved: meanwhile {name} set the {group} limits {text}.':
    'Nicht gespeichert: Inzwischen hat {name} die Grenzwerte {group} geändert ({text}).',
  'Not accepted: this is new since you looked: {open}. Look at the list, and accept again.':
    'Nicht angenommen: Das ist neu, seit Sie nachgesehen haben: {open}. Sehen Sie in die Liste, und nehmen Sie noch einmal an.',
  // What is open at a bed (contracts/open-points.ts).
  'sound of {alarm} paused': 'Ton pausiert: {alarm}',
  'standby ({text})': 'Standby ({text})',
  'own limits of {label}': 'eigene Grenzwerte für {label}',
  'note of {name}': 'Notiz von {name}',
  'task of {name}': 'Aufgabe von {name}',
  'Standby did not begin: {part}.': 'Standby hat nicht begonnen: {part}.',
  'The assessment was not saved: {part}.': 'Die Beurteilung wurde nicht gespeichert: {part}.',
  "No limits of {label} apply to this patient: there is no profile for the patient's category.":
    'Für diesen Patienten gelten keine Grenzwerte für {label}: Für seine Kategorie gibt es kein Profil.',
  'The change names no limit of {label}: nothing would change.':
    'Die Änderung nennt keinen Grenzwert für {label}: Nichts würde sich ändern.',
  'The patient has no such limit of {label}: nothing would change.':
    'Der Patient hat keinen solchen Grenzwert für {label}: Nichts würde sich ändern.',
  'The limits of {label} are switched off by the profile: {text}.':
    'Die Grenzwerte für {label} sind im Profil ausgeschaltet: {text}.',
  'Limits cannot be switched off until {text}: this time is not in the future.':
    'Grenzwerte lassen sich nicht bis {text} ausschalten: Diese Zeit liegt nicht in der Zukunft.',
  'Limits can be switched off for at most {n} h, not until {text}.':
    'Grenzwerte lassen sich für höchstens {n} h ausschalten, nicht bis {text}.',
  'The password has {n} characters; it needs at least {max}.':
    'Das Passwort hat {n} Zeichen; es braucht mindestens {max}.',
  'The password has more than {n} characters.': 'Das Passwort hat mehr als {n} Zeichen.',
  'Not saved: the patient has {n} open tasks. Tick off or take back one of them first.':
    'Nicht gespeichert: Der Patient hat {n} offene Aufgaben. Haken Sie zuerst eine davon ab, oder nehmen Sie eine zurück.',
  'You have {n} entries already. Remove one that you do not use.':
    'Sie haben schon {n} Einträge. Entfernen Sie einen, den Sie nicht benutzen.',
  'The address of the push service {part}.': 'Die Adresse des Push-Dienstes {part}.',
  'Mail addresses must be of {text}.': 'E-Mail-Adressen müssen von {text} sein.',
  'A table has at most {max} rows. Choose a longer interval or a shorter time.':
    'Eine Tabelle hat höchstens {max} Zeilen. Wählen Sie einen längeren Abstand oder eine kürzere Zeit.',
  'There are at most {max} steps. Choose a longer step.':
    'Es gibt höchstens {max} Schritte. Wählen Sie einen längeren Schritt.',
  '{max2} alarms match. A file has at most {max}: choose a shorter time.':
    '{max2} Alarme passen. Eine Datei hat höchstens {max}: Wählen Sie eine kürzere Zeit.',
  '{max2} records match. An export has at most {max}: choose a shorter time.':
    '{max2} Einträge passen. Ein Export hat höchstens {max}: Wählen Sie eine kürzere Zeit.',
  'One request may ask for at most {n} minutes.': 'Eine Anfrage darf höchstens {n} Minuten umfassen.',
};

export const refusals = { ...sentences, ...refusalForms };
