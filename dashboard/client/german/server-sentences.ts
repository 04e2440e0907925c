/** German texts: whole sentences of the server, such as refusals. A sentence that is not here stays English. */
export const serverSentences = {
  'Not yet: Vigil waits for the waves after the onset. This takes up to 70 s.':
    'Noch nicht: Vigil wartet auf die Kurven nach dem Beginn. Das dauert bis zu 70 s.',
  'The strip is not written yet, although it should be. Perhaps the strip writer does not run: inform the operator.':
    'Der Kurvenstreifen ist noch nicht geschrieben, obwohl er es sein sollte. Vielleicht läuft der Prozess für Kurvenstreifen nicht: Informieren Sie die IT.',
  'There is no strip of this onset. A strip comes up to 70 s after the onset. If it does not come, the strip writer does not run, or it started after this onset.':
    'Zu diesem Beginn gibt es keinen Kurvenstreifen. Er kommt bis zu 70 s nach dem Beginn. Kommt er nicht, läuft der Prozess für Kurvenstreifen nicht, oder er startete erst nach diesem Beginn.',
  'There is no strip. A technical alarm has a strip only if the device sent waves around the onset, and if the strip writer ran.':
    'Es gibt keinen Kurvenstreifen. Ein technischer Alarm hat nur dann einen, wenn das Gerät um den Beginn Kurven sandte und der Prozess für Kurvenstreifen lief.',
  'There is no strip, although there should be one. The strip writer did not run when the alarm began, or it was not installed yet.':
    'Es gibt keinen Kurvenstreifen, obwohl es einen geben sollte. Der Prozess für Kurvenstreifen lief nicht, als der Alarm begann, oder er war noch nicht installiert.',
  'No longer kept: Vigil keeps strips for 30 days, and for a shorter time if there are very many strips.':
    'Nicht mehr gespeichert: Vigil behält Kurvenstreifen 30 Tage, bei sehr vielen Kurvenstreifen kürzer.',
  'The strip cannot be read: its record cannot be opened. Inform the operator.':
    'Der Kurvenstreifen ist nicht lesbar: Sein Eintrag kann nicht geöffnet werden. Informieren Sie die IT.',
  'The device sent no waves for this time.': 'Das Gerät hat für diese Zeit keine Kurven gesandt.',
  'The waves are no longer kept: the strip writer did not run, and Vigil keeps waves for a day.':
    'Die Kurven sind nicht mehr gespeichert: Der Prozess für Kurvenstreifen lief nicht, und Vigil behält Kurven einen Tag.',
  'The waves cannot be read: their records could not be opened.':
    'Die Kurven sind nicht lesbar: Ihre Einträge konnten nicht geöffnet werden.',
  'Not done: a fault in Vigil stops the judging of this bed.':
    'Nicht ausgeführt: Ein Fehler in Vigil verhindert die Beurteilung dieses Betts.',
  'Only the assigned person accepts, with her or his own login.':
    'Nur die zugeteilte Person nimmt an, mit ihrer eigenen Anmeldung.',
  'You have already accepted this.': 'Sie haben das schon angenommen.',
  'This can be accepted from 1 hour before it begins.': 'Das kann ab 1 Stunde vor dem Beginn angenommen werden.',
  'You have already accepted one of these beds, or it is not in the assignment.':
    'Sie haben eines dieser Betten schon angenommen, oder es gehört nicht zur Zuteilung.',
  'There is no such account on your wards.': 'Auf Ihren Stationen gibt es kein solches Konto.',
  'You are not an administrator any more.': 'Sie gehören nicht mehr zur Verwaltung.',
  'You cannot change your own account here. Ask another administrator, or the operator.':
    'Ihr eigenes Konto können Sie hier nicht ändern. Bitten Sie eine andere Verwaltung oder die IT.',
  'Nothing was changed: somebody has changed this account meanwhile. Look at it again.':
    'Nichts wurde geändert: Jemand hat dieses Konto inzwischen geändert. Sehen Sie es noch einmal an.',
  'Nothing was changed: the role and the wards are the same as before.':
    'Nichts wurde geändert: Rolle und Stationen sind dieselben wie vorher.',
  'A ward is named twice.': 'Eine Station ist zweimal genannt.',
  'Choose either all wards or single wards.': 'Wählen Sie entweder alle Stationen oder einzelne.',
  'A wall display shows exactly one ward: choose one.': 'Eine Wandanzeige zeigt genau eine Station: Wählen Sie eine.',
  'Not acknowledged: this server has not yet read the change that you saw. Try again.':
    'Nicht quittiert: Dieser Server hat die Änderung, die Sie gesehen haben, noch nicht gelesen. Versuchen Sie es noch einmal.',
  'Not acknowledged: the condition has ended since you saw the alarm.':
    'Nicht quittiert: Der Zustand ist beendet, seit Sie den Alarm gesehen haben.',
  'Not acknowledged: the alarm has changed since you saw it.':
    'Nicht quittiert: Der Alarm hat sich geändert, seit Sie ihn gesehen haben.',
  'Only the charge nurse assigns other people. You may assign yourself.':
    'Nur die Schichtleitung teilt andere Personen zu. Sie dürfen sich selbst zuteilen.',
  'Nothing was saved: the text has faults.': 'Nichts wurde gespeichert: Der Text hat Fehler.',
  'The assignment would already be over.': 'Die Zuteilung wäre schon vorbei.',
  'An assignment begins at most 5 minutes in the past. Let it begin now.':
    'Eine Zuteilung beginnt höchstens 5 Minuten in der Vergangenheit. Lassen Sie sie jetzt beginnen.',
  'An assignment lasts at least 15 minutes.': 'Eine Zuteilung dauert mindestens 15 Minuten.',
  'An assignment begins at most 31 days ahead.': 'Eine Zuteilung beginnt höchstens in 31 Tagen.',
  'There is no row under the header.': 'Unter der Kopfzeile steht keine Zeile.',
  'A quotation mark is not closed.': 'Ein Anführungszeichen ist nicht geschlossen.',
  'Nothing was saved: the board is full.': 'Nichts wurde gespeichert: Die Tafel ist voll.',
  'You are not away.': 'Sie sind nicht abwesend.',
  'Only the assigned person declines, with her or his own login.':
    'Nur die zugeteilte Person lehnt ab, mit ihrer eigenen Anmeldung.',
  'You have accepted this. It stays with you until another person accepts, or the charge nurse ends it.':
    'Sie haben das angenommen. Es bleibt bei Ihnen, bis eine andere Person annimmt oder die Schichtleitung es beendet.',
  'You have already declined this.': 'Sie haben das schon abgelehnt.',
  'Only the charge nurse ends an assignment. If nobody is charge nurse, a nurse may take this duty.':
    'Nur die Schichtleitung beendet eine Zuteilung. Wenn niemand die Schichtleitung hat, kann eine Pflegekraft diesen Dienst übernehmen.',
  'There is no such assignment on this board.': 'Auf dieser Tafel gibt es keine solche Zuteilung.',
  'You can be away until a time within the next 4 hours.':
    'Sie können bis zu einer Zeit in den nächsten 4 Stunden abwesend sein.',
  'You have no duty in this ward now.': 'Sie haben jetzt keinen Dienst auf dieser Station.',
  'Choose a cover who has accepted a duty in this ward for now.':
    'Wählen Sie eine Vertretung, die jetzt einen Dienst auf dieser Station angenommen hat.',
  'A patient is admitted at this device. Discharge the patient first, or move the device.':
    'An diesem Gerät ist ein Patient aufgenommen. Entlassen Sie zuerst den Patienten, oder verlegen Sie das Gerät.',
  'That patient is no longer in this bed. Look at the bed again.':
    'Dieser Patient ist nicht mehr in diesem Bett. Sehen Sie das Bett noch einmal an.',
  'Nothing was saved: you entered another patient than the patient who is in this bed. Choose another bed, or leave the patient’s fields empty if the device is at the patient in this bed.':
    'Nichts wurde gespeichert: Sie haben einen anderen Patienten eingegeben, als in diesem Bett ist. Wählen Sie ein anderes Bett, oder lassen Sie die Felder des Patienten leer, wenn das Gerät am Patienten in diesem Bett ist.',
  'This patient is in another bed. First move the patient’s device from there, or end its association.':
    'Dieser Patient ist in einem anderen Bett. Verlegen Sie zuerst das Gerät des Patienten von dort, oder beenden Sie seine Zuordnung.',
  'The device has no bed now. Assign the device to a bed.':
    'Das Gerät hat jetzt kein Bett. Ordnen Sie das Gerät einem Bett zu.',
  'Another patient is in this bed. Move or discharge that patient first.':
    'In diesem Bett ist ein anderer Patient. Verlegen oder entlassen Sie zuerst diesen Patienten.',
  'A patient with this id is in another bed.': 'Ein Patient mit dieser ID ist in einem anderen Bett.',
  'Nothing was changed: the patient has these data already.':
    'Nichts wurde geändert: Der Patient hat diese Daten schon.',
  'The device has no association now.': 'Das Gerät hat jetzt keine Zuordnung.',
  'Nothing was saved: the device has left this patient, or it has left your wards.':
    'Nichts wurde gespeichert: Das Gerät ist nicht mehr bei diesem Patienten, oder es hat Ihre Stationen verlassen.',
  'A patient is in this bed. Ask a nurse to assign another device.':
    'In diesem Bett ist ein Patient. Bitten Sie eine Pflegekraft, ein anderes Gerät zuzuordnen.',
  'This assignment is over. Look at the board again.':
    'Diese Zuteilung ist vorbei. Sehen Sie die Tafel noch einmal an.',
  'You are away. Press “I am back” first: you must be there to accept.':
    'Sie sind abwesend. Drücken Sie zuerst „Ich bin zurück“: Sie müssen da sein, um anzunehmen.',
  'This absence is over. Look at the board again.': 'Diese Abwesenheit ist vorbei. Sehen Sie die Tafel noch einmal an.',
  'You have already answered this.': 'Sie haben das schon beantwortet.',
  'Somebody else has taken over these beds or this duty.':
    'Jemand anderes hat diese Betten oder diesen Dienst übernommen.',
  'No patient is at this bed, so a note would be about nobody.':
    'An diesem Bett ist kein Patient, die Notiz wäre über niemanden.',
  'There is no note to clear.': 'Es gibt keine Notiz zum Leeren.',
  'The password has fewer than five different characters.': 'Das Passwort hat weniger als fünf verschiedene Zeichen.',
  'The password is little more than the user id.': 'Das Passwort ist kaum mehr als der Benutzername.',
  'Push messages are not set up in this hospital.': 'In diesem Krankenhaus sind keine Push-Nachrichten eingerichtet.',
  'Mail is not set up in this hospital.': 'In diesem Krankenhaus ist keine E-Mail eingerichtet.',
  'The text is not a mail address.': 'Der Text ist keine E-Mail-Adresse.',
  'No page of Vigil has answered.': 'Keine Seite von Vigil hat geantwortet.',
  'No device is registered for messages.': 'Kein Gerät ist für Nachrichten eingetragen.',
  'No mail address is registered.': 'Keine E-Mail-Adresse ist eingetragen.',
  'No other system is registered.': 'Kein anderes System ist eingetragen.',
  'Nothing came back.': 'Nichts kam zurück.',
  'There is no such bed, alarm or device on your wards.':
    'Auf Ihren Stationen gibt es kein solches Bett, keinen solchen Alarm und kein solches Gerät.',
  'No ward is registered. The operator adds wards and beds to the registry.':
    'Keine Station ist verzeichnet. Die IT trägt Stationen und Betten ein.',
  'The alarm processor has not yet published the limits of this patient. Try again in a few seconds.':
    'Der Alarmprozess hat die Grenzwerte dieses Patienten noch nicht veröffentlicht. Versuchen Sie es in einigen Sekunden noch einmal.',
  'The ward has no assignments, so its alarms call nobody.':
    'Die Station hat keine Zuteilung, deshalb rufen ihre Alarme niemanden.',
  'The alarm is only on the screens.': 'Der Alarm steht nur auf den Bildschirmen.',
  'The password is wrong.': 'Das Passwort ist falsch.',
  'Enter your password first.': 'Geben Sie zuerst Ihr Passwort ein.',
  'A user name has letters, digits, dots, dashes, underscores or @.':
    'Ein Benutzername hat Buchstaben, Ziffern, Punkte, Striche, Unterstriche oder @.',
  'Not changed yet: this person has duties.': 'Noch nicht geändert: Diese Person hat Dienste.',
  'Choose another password than the present one.': 'Wählen Sie ein anderes Passwort als das jetzige.',
  'The end is in the future.': 'Das Ende liegt in der Zukunft.',
  'NEWS2 is only for adults: the patient at this device is not an adult, or no patient is at this device.':
    'NEWS2 gilt nur für Erwachsene: Der Patient an diesem Gerät ist kein Erwachsener, oder an diesem Gerät ist kein Patient.',
  'This server has not read the assignments yet. Try again shortly.':
    'Dieser Server hat die Zuteilungen noch nicht gelesen. Versuchen Sie es gleich noch einmal.',
  'This alarm has not called you, so you cannot answer it.':
    'Dieser Alarm hat Sie nicht gerufen, deshalb können Sie nicht antworten.',
  'The delivery process has not confirmed your answer yet. The call shows it when it counts.':
    'Der Rufdienst hat Ihre Antwort noch nicht bestätigt. Der Ruf zeigt, wenn sie zählt.',
  'Kafka did not answer in time. Your command may still take effect: check before you repeat it.':
    'Kafka hat nicht rechtzeitig geantwortet. Ihr Befehl kann noch wirken: Prüfen Sie es, bevor Sie ihn wiederholen.',
  'Only the charge nurse of the ward, a physician or an auditor may see this.':
    'Nur die Schichtleitung der Station, ein Arzt oder die Prüfung darf das sehen.',
  'This server has not read the hand-over notes yet. Try again shortly.':
    'Dieser Server hat die Übergabenotizen noch nicht gelesen. Versuchen Sie es gleich noch einmal.',
  'Kafka did not answer in time. Perhaps the note was saved, or it will be saved soon. Look before you write it again.':
    'Kafka hat nicht rechtzeitig geantwortet. Vielleicht ist die Notiz gespeichert, oder sie wird bald gespeichert. Sehen Sie nach, bevor Sie sie noch einmal schreiben.',
  'This one-time password has expired. Ask an administrator for a new one.':
    'Dieses Einmalpasswort ist abgelaufen. Bitten Sie die Verwaltung um ein neues.',
  'User or password is wrong.': 'Benutzername oder Passwort ist falsch.',
  'Too many logins of this account: try again in a minute.':
    'Zu viele Anmeldungen dieses Kontos: Versuchen Sie es in einer Minute noch einmal.',
  'There is no such bed on this ward.': 'Auf dieser Station gibt es kein solches Bett.',
  'The beginning must be in the last 72 hours.': 'Der Beginn muss in den letzten 72 Stunden liegen.',
  'The server does not know yet that this screen shows the ward. Try again.':
    'Der Server weiß noch nicht, dass dieser Bildschirm die Station zeigt. Versuchen Sie es noch einmal.',
  'The server still reads the alarms: try again.': 'Der Server liest noch die Alarme: Versuchen Sie es noch einmal.',
  'The time ends before it begins.': 'Die Zeit endet, bevor sie beginnt.',
  'Nothing was changed: somebody changes this account now. Look at it again.':
    'Nichts wurde geändert: Jemand ändert dieses Konto jetzt. Sehen Sie es noch einmal an.',
  'Your account was changed meanwhile. Log in again.':
    'Ihr Konto wurde inzwischen geändert. Melden Sie sich noch einmal an.',
  'Nothing was changed: the server cannot write the accounts file now. Tell the operator.':
    'Nichts wurde geändert: Der Server kann die Datei der Konten jetzt nicht schreiben. Informieren Sie die IT.',
  'The password is common, or easy to guess from words, names, dates or rows of keys. Use four or more words that have nothing to do with each other.':
    'Das Passwort ist häufig oder leicht zu erraten, aus Wörtern, Namen, Daten oder Tastenreihen. Nehmen Sie vier oder mehr Wörter, die nichts miteinander zu tun haben.',
  'The choice was not saved: other choices are saved now. Try again.':
    'Die Auswahl wurde nicht gespeichert: Andere Einstellungen werden gerade gespeichert. Versuchen Sie es noch einmal.',
  'Log in first.': 'Melden Sie sich zuerst an.',
  'Your account may not do this.': 'Ihr Konto darf das nicht.',
  'This screen is locked: enter your password first.':
    'Dieser Bildschirm ist gesperrt: Geben Sie zuerst Ihr Passwort ein.',
  'The server is starting: try again shortly.': 'Der Server startet: Versuchen Sie es gleich noch einmal.',
  'Too many requests of this account: try again in a minute.':
    'Zu viele Anfragen dieses Kontos: Versuchen Sie es in einer Minute noch einmal.',
  'Too many strips are being read: try again shortly.':
    'Zu viele Kurvenstreifen werden gelesen: Versuchen Sie es gleich noch einmal.',
  'The strips could not be read in time: try again.':
    'Die Kurvenstreifen konnten nicht rechtzeitig gelesen werden: Versuchen Sie es noch einmal.',
  'The server is too busy to compute what these limits would have done. Try again later.':
    'Der Server ist zu beschäftigt, um zu berechnen, was diese Grenzwerte bewirkt hätten. Versuchen Sie es später noch einmal.',
  'There are too many stored values to compute what these limits would have done.':
    'Es sind zu viele gespeicherte Werte, um zu berechnen, was diese Grenzwerte bewirkt hätten.',
  'Too many such questions wait: try again shortly.':
    'Zu viele solche Fragen warten: Versuchen Sie es gleich noch einmal.',
};
