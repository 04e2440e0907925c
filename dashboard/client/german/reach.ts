/** German texts: ways to reach a person. */
export const reach = {
  'The hospital has not set up push messages. Keep Vigil open to be called.':
    'Das Krankenhaus hat keine Push-Nachrichten eingerichtet. Lassen Sie Vigil geöffnet, damit Sie gerufen werden.',
  'On an iPhone or iPad: press Share, choose “Add to Home Screen”, and open Vigil from there. Then come back to this page.':
    'Auf einem iPhone oder iPad: Tippen Sie auf „Teilen“, wählen Sie „Zum Home-Bildschirm“, und öffnen Sie Vigil von dort. Kommen Sie dann auf diese Seite zurück.',
  'This browser cannot be called while Vigil is closed. Use another browser, or keep Vigil open.':
    'Dieser Browser kann nicht gerufen werden, während Vigil geschlossen ist. Verwenden Sie einen anderen Browser, oder lassen Sie Vigil geöffnet.',
  'This device blocks the notifications of Vigil. Allow them in the settings of the browser, then load this page again.':
    'Dieses Gerät sperrt die Mitteilungen von Vigil. Erlauben Sie sie in den Einstellungen des Browsers, und laden Sie dann diese Seite neu.',
  'This device is called, also while Vigil is closed.':
    'Dieses Gerät wird gerufen, auch während Vigil geschlossen ist.',
  'This device is not called while Vigil is closed.': 'Dieses Gerät wird nicht gerufen, während Vigil geschlossen ist.',
  Device: 'Gerät',
  '{name}: reached': '{name}: erreicht',
  '{name}: asked, no answer yet{when}': '{name}: gefragt, noch keine Antwort{when}',
  '{name}: not reached{when}{part}': '{name}: nicht erreicht{when}{part}',
  '{name}: not known now, last result {when}': '{name}: jetzt nicht bekannt, letztes Ergebnis {when}',
  '{name}: not tried yet{part}': '{name}: noch nicht versucht{part}',
  'Vigil checks each person on duty at least every {everyMin} min. It records a changed result at once, and an unchanged result every {fromMin} to {toMin} min. The age that you see is the time since the last recorded result.':
    'Vigil prüft jede Person im Dienst mindestens alle {everyMin} min. Ein geändertes Ergebnis vermerkt es sofort, ein unverändertes alle {fromMin} bis {toMin} min. Das angezeigte Alter ist die Zeit seit dem letzten vermerkten Ergebnis.',
  '{seconds} s ago': 'vor {seconds} s',
  '{minutes} min ago': 'vor {minutes} min',
  '{minutes} h ago': 'vor {minutes} h',
  ', hand-over overdue': ', Übergabe überfällig',
  ', has not accepted the duty': ', hat den Dienst nicht angenommen',
  'at once': 'sofort',
  ' But {name} {fault}.': ' Aber {name} {fault}.',
  '{after}: {name} ({duty}{standing}) by {by}. Vigil waits {duration} for the answer.{why}':
    '{after}: {name} ({duty}{standing}) über {by}. Vigil wartet {duration} auf die Antwort.{why}',
  ': {away} is away|: {away} are away': ': {away} ist abwesend|: {away} sind abwesend',
  'No {duty} can be called{who}.': 'Niemand mit dem Dienst {duty} kann gerufen werden{who}.',
  '{seconds} min': '{seconds} min',
  '{seconds} min {seconds2} s': '{seconds} min {seconds2} s',
  'added {when}': 'hinzugefügt {when}',
  'Not turned on: this device did not allow notifications.':
    'Nicht eingeschaltet: Dieses Gerät hat keine Mitteilungen erlaubt.',
  'Not turned on. {message}': 'Nicht eingeschaltet. {message}',
  'Not turned on: the browser gave an incomplete subscription.':
    'Nicht eingeschaltet: Der Browser hat unvollständige Angaben geliefert.',
  'Not turned on: {part}.': 'Nicht eingeschaltet: {part}.',
  'the browser refused': 'der Browser hat abgelehnt',
  'Ways to reach me': 'Wege, auf denen ich erreicht werde',
  'While Vigil is open and visible, a call comes up on its page.':
    'Während Vigil geöffnet und sichtbar ist, erscheint ein Ruf auf seiner Seite.',
  'Remove an entry that you do not know, and ask the operator for a new password: somebody else may have added it as {name}.':
    'Entfernen Sie einen Eintrag, den Sie nicht kennen, und bitten Sie die IT um ein neues Passwort: Jemand anderes kann ihn als {name} hinzugefügt haben.',
  'This device': 'Dieses Gerät',
  'Call me on this device': 'Dieses Gerät rufen',
  'Test now': 'Jetzt testen',
  'My entries': 'Meine Einträge',
  'None: while Vigil is closed, nothing reaches you.': 'Keine: Während Vigil geschlossen ist, erreicht Sie nichts.',
  'this device · ': 'dieses Gerät · ',
  'Remove {label}': '{label} entfernen',
  Remove: 'Entfernen',
  'Enter the whole address.': 'Geben Sie die ganze Adresse ein.',
  'Add an e-mail address': 'E-Mail-Adresse hinzufügen',
  'An e-mail only informs. Vigil does not learn whether you have read it, and you cannot answer it.':
    'Eine E-Mail informiert nur. Vigil erfährt nicht, ob Sie sie gelesen haben, und Sie können nicht auf sie antworten.',
  Address: 'Adresse',
  'Who can be reached now': 'Wer jetzt erreicht werden kann',
  'Not known: {message}': 'Nicht bekannt: {message}',
  'The delivery process gives no sign of life: nobody is called, and nobody is checked.':
    'Der Rufdienst gibt kein Lebenszeichen: Niemand wird gerufen, und niemand wird geprüft.',
  'Nobody has a duty now, so nobody is called.': 'Jetzt hat niemand Dienst, deshalb wird niemand gerufen.',
  '· cannot be reached now': '· kann jetzt nicht erreicht werden',
  'no way to reach this person': 'kein Weg zu dieser Person',
  'As of {when}. {checks}': 'Stand {when}. {checks}',
  'Choose a bed.': 'Wählen Sie ein Bett.',
  'Who would be called?': 'Wer würde gerufen?',
  'This is a dry run: it calls nobody. If you enter no time, the answer is for now ({time}).':
    'Das ist eine Probe: Sie ruft niemanden. Ohne Zeit gilt die Antwort für jetzt ({time}).',
  'For {when}, policy {policyVersion}. If a person does not answer or rejects, the next one is called.':
    'Für {when}, Regel {policyVersion}. Antwortet eine Person nicht oder lehnt ab, wird die nächste gerufen.',
  'Nobody is called: {notSent}': 'Niemand wird gerufen: {notSent}',
};
