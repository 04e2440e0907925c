/** German texts: the tasks of a patient. */
export const tasks = {
  Tasks: 'Aufgaben',
  'The tasks cannot be read now. There may be some.':
    'Die Aufgaben können jetzt nicht gelesen werden. Vielleicht gibt es welche.',
  'The hand-over note and the tasks cannot be read now. There may be some.':
    'Die Übergabenotiz und die Aufgaben können jetzt nicht gelesen werden. Vielleicht gibt es welche.',
  'Task ({author}): {text}': 'Aufgabe ({author}): {text}',
  'No tasks.': 'Keine Aufgaben.',
  'done: ': 'erledigt: ',
  'open: ': 'offen: ',
  '({author}; done: {doer})': '({author}; erledigt: {doer})',
  'Not done': 'Nicht erledigt',
  Done: 'Erledigt',
  'Take back': 'Zurücknehmen',
  'New task': 'Neue Aufgabe',
  '{n} task that was ticked off earlier is not listed|{n} tasks that were ticked off earlier are not listed':
    '{n} früher erledigte Aufgabe ist nicht aufgeführt|{n} früher erledigte Aufgaben sind nicht aufgeführt',
  '{n} open task ends with the stay: see the page of the patient.|{n} open tasks end with the stay: see the page of the patient.':
    '{n} offene Aufgabe endet mit dem Aufenthalt: siehe die Seite des Patienten.|{n} offene Aufgaben enden mit dem Aufenthalt: siehe die Seite des Patienten.',
};
