/** German texts: the calls of an alarm in the alarm history. */
export const reviewCalls = {
  'called again': 'noch einmal gerufen',
  'round {n}': 'Runde {n}',
  '{channel}: left out, because an earlier call used it':
    '{channel}: ausgelassen, weil ein früherer Ruf diesen Weg benutzt hat',
  '{channel}: left out, because the person could not be reached there':
    '{channel}: ausgelassen, weil die Person dort nicht erreichbar war',
  'had not answered when Vigil stopped this call': 'hatte nicht geantwortet, als Vigil diesen Ruf beendete',
  '{channel}: nothing confirmed': '{channel}: nichts bestätigt',
  'The chain ended, because nobody could be called.': 'Die Rufkette endete, weil niemand gerufen werden konnte.',
  'The chain ended, and nobody had answered.': 'Die Rufkette endete, und niemand hatte geantwortet.',
  'The alarm was too old to call somebody.': 'Der Alarm war zu alt, um jemanden zu rufen.',
  'Vigil called nobody at the beginning: {reason}': 'Vigil rief am Anfang niemanden: {reason}',
  '{time} {duty}: left out, because nobody with this duty could be called, or each was called before':
    '{time} {duty}: ausgelassen, weil niemand mit dieser Aufgabe gerufen werden konnte oder jede Person schon gerufen war',
  '{n} repeated call is not listed.|{n} repeated calls are not listed.':
    '{n} wiederholter Ruf ist nicht aufgeführt.|{n} wiederholte Rufe sind nicht aufgeführt.',
  'The log has no call about this alarm.': 'Im Log steht kein Ruf zu diesem Alarm.',
  'escalated {n} time: not acknowledged|escalated {n} times: not acknowledged':
    '{n} Mal eskaliert: nicht quittiert|{n} Mal eskaliert: nicht quittiert',
};
