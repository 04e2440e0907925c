/** German texts: the help of each page, and the keys. */
export const help = {
  'Each tile is one bed: patient, alarm, waves and numbers.':
    'Jede Kachel ist ein Bettplatz: Patient, Alarm, Kurven und Werte.',
  'A grey number is old, and its age is beside it. A dash means that there is no current value.':
    'Ein grauer Wert ist alt; sein Alter steht daneben. Ein Strich heißt, dass es keinen aktuellen Wert gibt.',
  'A frame that flashes is an alarm that nobody has acknowledged.':
    'Ein blinkender Rahmen ist ein Alarm, den noch niemand quittiert hat.',
  'The list has the alarms of all beds here, the most urgent first.':
    'Die Liste enthält die Alarme aller Bettplätze hier, der dringendste zuerst.',
  'Devices without a bed are in the strip at the bottom.': 'Geräte ohne Bettplatz stehen in der Leiste unten.',
  'This page shows one patient: waves, numbers, trends and alarms.':
    'Diese Seite zeigt einen Patienten: Kurven, Werte, Trends und Alarme.',
  'Limits show who changed them, and when. A crossed bell means that a limit is switched off.':
    'Bei den Grenzwerten steht, wer sie wann geändert hat. Eine durchgestrichene Glocke heißt, dass ein Grenzwert ausgeschaltet ist.',
  'The hand-over note is for the next person who looks after this patient.':
    'Die Übergabenotiz ist für die Person, die den Patienten als Nächste versorgt.',
  '“Other beds” has the alarms of your other patients.': '„Andere Betten“ zeigt die Alarme Ihrer anderen Patienten.',
  'This page shows the waves of one stay, for the last 24 hours.':
    'Diese Seite zeigt die Kurven eines Aufenthalts, für die letzten 24 Stunden.',
  'Drag the paper, turn the wheel, or press the arrow keys. End goes to the present.':
    'Ziehen Sie das Papier, drehen Sie das Mausrad oder drücken Sie die Pfeiltasten. Ende führt zur Gegenwart.',
  'A grey part has no samples, and says why. A line at an alarm is its beginning or its end.':
    'Ein grauer Teil hat keine Messpunkte und sagt, warum. Eine Linie bei einem Alarm ist sein Beginn oder sein Ende.',
  '“Calipers” measures the time and the height between two lines.':
    '„Messlinien“ misst die Zeit und die Höhe zwischen zwei Linien.',
  'The audit trail records that you looked at these waves.':
    'Das Protokoll hält fest, dass Sie diese Kurven angesehen haben.',
  'The board shows who is responsible for each bed, and until when.':
    'Die Tafel zeigt, wer für jeden Bettplatz zuständig ist, und bis wann.',
  'A check mark means that the person has accepted the beds.':
    'Ein Haken heißt, dass die Person die Bettplätze angenommen hat.',
  'A bed keeps its former nurse until the next nurse has accepted it.':
    'Ein Bettplatz behält seine bisherige Pflegekraft, bis die nächste ihn angenommen hat.',
  'Before you accept, the page shows what is open at each bed.':
    'Vor dem Annehmen zeigt die Seite, was an jedem Bettplatz offen ist.',
  'Before you leave, the page shows who is responsible after you.':
    'Bevor Sie gehen, zeigt die Seite, wer nach Ihnen zuständig ist.',
  'A call asks you to go to an alarm. The most urgent call is first.':
    'Ein Ruf bittet Sie, zu einem Alarm zu gehen. Der dringendste Ruf steht zuerst.',
  '“I go” tells the others that you go. The alarm still sounds.':
    '„Ich gehe hin“ sagt den anderen, dass Sie hingehen. Der Alarm ertönt weiter.',
  '“I cannot” calls the next person at once.': '„Ich kann nicht“ ruft sofort die nächste Person.',
  'An answer counts when the page says “Taken”.': 'Eine Antwort gilt, wenn die Seite „Angenommen“ zeigt.',
  'Beside or below your calls is the list of all alarms.': 'Neben oder unter Ihren Rufen steht die Liste aller Alarme.',
  'This page shows how Vigil reaches you outside of its own pages.':
    'Diese Seite zeigt, wie Vigil Sie außerhalb seiner eigenen Seiten erreicht.',
  'Each way shows whether its last test arrived.': 'Jeder Weg zeigt, ob sein letzter Test angekommen ist.',
  '“Call me on this device” turns on messages to this device.':
    '„Dieses Gerät rufen“ schaltet Nachrichten an dieses Gerät ein.',
  'You can change only your own ways here.': 'Sie können hier nur Ihre eigenen Wege ändern.',
  'Remove a way that you do not know.': 'Entfernen Sie einen Weg, den Sie nicht kennen.',
  'This page shows what alarmed in a ward, who answered, and after how long.':
    'Diese Seite zeigt, was auf einer Station alarmiert hat, wer geantwortet hat und nach welcher Zeit.',
  'Choose a time, a ward, a bed, a person, a priority or a condition.':
    'Wählen Sie Zeit, Station, Bett, Person, Priorität oder Alarmart.',
  '“Details” shows each step of an alarm with its time.':
    '„Einzelheiten“ zeigt jeden Schritt eines Alarms mit seiner Zeit.',
  'The list does not change by itself. “3 new: show” loads it again.':
    'Die Liste ändert sich nicht von selbst. „3 neue: zeigen“ lädt sie neu.',
  'The audit trail records that you looked at these alarms.':
    'Das Protokoll hält fest, dass Sie diese Alarme angesehen haben.',
  'This page explains one alarm: why nobody came, or who came.':
    'Diese Seite erklärt einen Alarm: warum niemand kam, oder wer kam.',
  'The first sentences are the cause, as the log proves it.':
    'Die ersten Sätze nennen die Ursache, wie sie gespeichert und belegt ist.',
  'The chain shows each step from the patient to the person, with its time.':
    'Die Kette zeigt jeden Schritt vom Patienten zur Person, mit seiner Zeit.',
  'Below are who was on duty, who was called, and who could see the alarm.':
    'Darunter steht, wer Dienst hatte, wer gerufen wurde und wer den Alarm sehen konnte.',
  'The audit trail records that you opened this page.': 'Das Protokoll hält fest, dass Sie diese Seite geöffnet haben.',
  'Each card is one patient of the ward: what happened since the beginning of the shift.':
    'Jede Karte ist ein Patient der Station: was seit Beginn der Schicht geschehen ist.',
  'A card has alarms, what is open, NEWS2, limits, standby, the note and the nurse.':
    'Eine Karte zeigt Alarme, Offenes, NEWS2, Grenzwerte, Standby, die Notiz und die Pflegekraft.',
  '“Not known” means that Vigil cannot know it now. It never means 0.':
    '„Nicht bekannt“ heißt, dass Vigil es jetzt nicht wissen kann. Es heißt nie 0.',
  'The cards do not change by themselves. “Refresh” loads them again.':
    'Die Karten ändern sich nicht von selbst. „Neu laden“ lädt sie neu.',
  'The audit trail records that you looked at these patients.':
    'Das Protokoll hält fest, dass Sie diese Patienten angesehen haben.',
  'This page shows each of your wards: alarms, beds, who is in charge, devices and screens.':
    'Diese Seite zeigt jede Ihrer Stationen: Alarme, Betten, Leitung, Geräte und Bildschirme.',
  'The ward with the most serious unanswered alarm is first. Rows do not move while you point at them.':
    'Die Station mit dem schwersten unbeantworteten Alarm steht zuerst. Zeilen bewegen sich nicht, während Sie darauf zeigen.',
  'The links of a card open the beds, the assignments, the devices or the alarm history of the ward.':
    'Die Links einer Karte öffnen die Betten, die Zuteilung, die Geräte oder den Alarmverlauf der Station.',
  'This page shows the waves from 10 s before to 10 s after an alarm began.':
    'Diese Seite zeigt die Kurven von 10 s vor bis 10 s nach dem Beginn eines Alarms.',
  'One large square of the paper is 0.2 s wide. For an ECG it is 0.5 mV high.':
    'Ein großes Kästchen des Papiers ist 0,2 s breit. Bei einem EKG ist es 0,5 mV hoch.',
  'A hatched part is a time without samples: nothing is filled in.':
    'Ein schraffierter Teil ist eine Zeit ohne Messpunkte: Nichts wird ergänzt.',
  'The digest on the print-out shows whether two copies have the same samples.':
    'Die Prüfsumme auf dem Ausdruck zeigt, ob zwei Kopien dieselben Messpunkte haben.',
  'The list has the devices that Vigil knows, and the bed of each.':
    'Die Liste enthält die Geräte, die Vigil kennt, und den Bettplatz jedes Geräts.',
  'A device without a bed shows its alarms in the strip below the ward.':
    'Ein Gerät ohne Bettplatz zeigt seine Alarme in der Leiste unter der Station.',
  '“Change” assigns a device, moves it, or corrects the patient.':
    '„Ändern“ ordnet ein Gerät zu, verlegt es oder berichtigt den Patienten.',
  'The form shows what will change before you save it.': 'Das Formular zeigt vor dem Speichern, was sich ändern wird.',
  'Readings count for the patient who was at the device when it measured.':
    'Messwerte zählen für den Patienten, der bei der Messung am Gerät war.',
  'The audit trail lists every look and every act, the newest first.':
    'Das Protokoll führt jede Einsicht und jede Handlung auf, die neueste zuerst.',
  'Choose an action or a person, and press “Show”.':
    'Wählen Sie eine Handlung oder eine Person, und drücken Sie „Zeigen“.',
  'The text beside the title says whether a record is missing or changed.':
    'Der Text neben dem Titel sagt, ob ein Eintrag fehlt oder verändert ist.',
  '“Did” is the look or the act. “About” is the patient, the device or the alarm.':
    '„Tat“ ist die Einsicht oder die Handlung. „Betrifft“ ist der Patient, das Gerät oder der Alarm.',
  '“Older records” continues the list.': '„Ältere Einträge“ setzt die Liste fort.',
  'The list has the accounts of your wards: role, wards, last login, open sessions.':
    'Die Liste enthält die Konten Ihrer Stationen: Rolle, Stationen, letzte Anmeldung, offene Sitzungen.',
  '“Change” disables an account, ends its sessions, or changes its role and wards.':
    '„Ändern“ sperrt ein Konto, beendet seine Sitzungen oder ändert Rolle und Stationen.',
  'Before the first change, the page asks for your own password.':
    'Vor der ersten Änderung fragt die Seite nach Ihrem eigenen Passwort.',
  'A new person gets a one-time password, and chooses a password at the first login.':
    'Eine neue Person erhält ein Einmalpasswort und wählt bei der ersten Anmeldung ein Passwort.',
  'The audit trail records each change with your name.': 'Das Protokoll hält jede Änderung mit Ihrem Namen fest.',
  'Select the next unanswered alarm, most urgent first':
    'Den nächsten unbeantworteten Alarm auswählen, den schwersten zuerst',
  'Acknowledge the selected alarm': 'Den ausgewählten Alarm quittieren',
  'Open the bed of the selected alarm': 'Den Bettplatz des ausgewählten Alarms öffnen',
  'Find a bed or a patient': 'Bett oder Patient suchen',
  'Go to the ward': 'Zur Station',
  'Go to my calls and all alarms': 'Zu meinen Rufen und allen Alarmen',
  'Show this list': 'Diese Liste zeigen',
  Keys: 'Tasten',
  'This page, and its keys': 'Diese Seite und ihre Tasten',
  'Keys do nothing while you type in a field, while this screen is locked, and while it has no connection.':
    'Die Tasten wirken nicht, während Sie in ein Feld schreiben, während der Bildschirm gesperrt ist und solange er keine Verbindung hat.',
  'These keys work in this browser': 'Diese Tasten wirken in diesem Browser',
};
