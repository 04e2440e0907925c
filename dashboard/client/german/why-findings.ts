/**
 * German texts: the findings of the explanation of an alarm (contracts/explain/). `{1}`, `{2}` … are the values, in the
 * order of the English text.
 */
export const whyFindings = {
  'at {1}, so the alarm began then.': '({1}); dadurch begann der Alarm.',
  'by {1} ': '– von {1} – ',
  'The limits of {1} were switched on again {2}{3}': 'Die Grenzwerte von {1} wurden wieder eingeschaltet {2}{3}',
  'The limits of {1} were changed {2}{3}': 'Die Grenzwerte von {1} wurden geändert {2}{3}',
  'The profile of the limits of {1} was changed {2}': 'Das Profil der Grenzwerte von {1} wurde geändert {2}',
  'Other limits of {1} came into force {2}': 'Andere Grenzwerte von {1} traten in Kraft {2}',
  'The standby of the bed ended at {1}. The alarm began then.':
    'Das Standby des Betts endete um {1}. Damit begann der Alarm.',
  'Until {1} another alarm, {2}, called instead. It ended then, and this alarm began.':
    'Bis {1} rief stattdessen ein anderer Alarm, {2}. Er endete dann, und dieser Alarm begann.',
  'The address of {1} for the {2} had ended at {3} ({4}), and the log shows no other address that replaced it.':
    'Die Adresse von {1} ({2}) galt seit {3} nicht mehr ({4}), und es ist keine andere Adresse gespeichert, die sie ersetzt.',
  ' It never succeeded after that.': ' Danach gelang es nie.',
  'The message to {1} failed at {2} ({3}): {4}.{5}': 'Die Nachricht an {1} scheiterte um {2} ({3}): {4}.{5}',
  'The message to {1} left at {2} ({3}). No report about it came back.':
    'Die Nachricht an {1} ging um {2} ab ({3}). Es kam keine Rückmeldung.',
  'The push service took the message to {1} at {2}. No report says that a device of {3} had it.':
    'Der Push-Dienst nahm die Nachricht an {1} um {2} an. Keine Rückmeldung sagt, dass ein Gerät von {3} sie hatte.',
  'The message to {1} ({2}) was late: it left {3} after the call.':
    'Die Nachricht an {1} ({2}) ging erst {3} nach dem Ruf ab.',
  'Before {1} was called, the last test message had failed at {2} ({3}): {4}.':
    'Als {1} gerufen wurde, war die letzte Testnachricht davor um {2} gescheitert ({3}): {4}.',
  '{1} had accepted the call. At {2} {3} no longer had the duty, or was away, so this acceptance was not valid any more.':
    '{1} hatte den Ruf angenommen. Um {2} hatte {3} den Dienst nicht mehr oder war abwesend; die Annahme galt daher nicht mehr.',
  '{1} was called at {2} and had not answered by {3}.': '{1} wurde um {2} gerufen und hatte bis {3} nicht geantwortet.',
  '{1} was called at {2}. By {3}, no channel had confirmed this call, so the next person was called.':
    '{1} wurde um {2} gerufen. Bis {3} hatte kein Kanal diesen Ruf bestätigt; daher wurde die nächste Person gerufen.',
  'The call to {1} at {2} failed in every channel in which a person can answer.':
    'Der Ruf an {1} um {2} scheiterte in jedem Kanal, in dem eine Person antworten kann.',
  '{1} was called at {2}. At {3} {4} no longer had the duty, or was away.':
    '{1} wurde um {2} gerufen. Um {3} hatte {4} den Dienst nicht mehr oder war abwesend.',
  '{1} rejected the call at {2}.': '{1} lehnte den Ruf um {2} ab.',
  'A person': 'Eine Person',
  '{1} had accepted, and nobody had acknowledged the alarm by {2}. So the calls began again.':
    '{1} hatte angenommen, und bis {2} hatte niemand den Alarm quittiert. Daher begannen die Rufe von vorn.',
  'The answer "{1}" of {2} at {3} had no effect: {4}.': 'Die Antwort „{1}“ von {2} um {3} hatte keine Wirkung: {4}.',
  'no reason is recorded': 'kein Grund ist gespeichert',
  '{1} and {2}': '{1} und {2}',
  'At {1} nobody could be called about the alarm.': 'Um {1} konnte wegen des Alarms niemand gerufen werden.',
  'no acceptance was valid any more': 'keine Annahme galt mehr',
  'nobody had accepted': 'niemand hatte angenommen',
  'At {1} everybody in the chain had been called, and {2}.': 'Um {1} waren alle der Kette gerufen worden, und {2}.',
  '{1}, the last person who could be called, was called {2} times in round {3}.':
    '{1} war die letzte Person, die gerufen werden konnte, und wurde in Runde {3} {2}-mal gerufen.',
  'The alarm was acknowledged before a message about it had left. Vigil stopped the calls at {1}.':
    'Der Alarm wurde quittiert, bevor eine Nachricht über ihn abging. Vigil beendete die Rufe um {1}.',
  'At {1} the delivery policy said that this alarm calls nobody: {2}':
    'Um {1} galt nach den Rufregeln, dass dieser Alarm niemanden ruft: {2}',
  'Up to {1}, the delivery process wrote nothing about the alarm, so it called nobody.':
    'Bis {1} schrieb der Rufdienst nichts über den Alarm, also rief er niemanden.',
  'The delivery process was behind or did not run: it took the alarm {1} after the log had it.':
    'Der Rufdienst war im Rückstand oder lief nicht: Er nahm den Alarm erst {1}, nachdem dieser gespeichert war.',
  'The delivery process was behind or did not run: it took revision {1} of the alarm {2} after the log had it.':
    'Der Rufdienst war im Rückstand oder lief nicht: Er nahm Stand {1} des Alarms erst {2}, nachdem dieser gespeichert war.',
  'At {1} the alarm was too old to be sent. Vigil called nobody about it from then on.':
    'Um {1} war der Alarm zu alt zum Senden. Von da an rief Vigil seinetwegen niemanden.',
  'Up to {1}, ward {2} had no assignments. Vigil calls nobody for the alarms of such a ward.':
    'Bis {1} hatte Station {2} keine Zuteilungen. Für Alarme einer solchen Station ruft Vigil niemanden.',
  'Ward {1} had no assignments when the alarm was raised. Its first assignment was made at {2}; until then, Vigil called nobody for its alarms.':
    'Station {1} hatte keine Zuteilungen, als der Alarm ausgelöst wurde. Die erste Zuteilung kam um {2}; bis dahin rief Vigil für ihre Alarme niemanden.',
  'At {1} nobody had the duty {2} for bed {3}.': 'Um {1} hatte niemand den Dienst {2} für Bett {3}.',
  ' until {1}': ' bis {1}',
  'and had named no cover': 'ohne genannte Vertretung',
  'and the cover, {1}, {2}': 'Vertretung {1}: {2}',
  'was not called': 'wurde nicht gerufen',
  'At {1} {2}, who had the duty {3}, was away{4}, {5}.': 'Um {1} war {2} (Dienst: {3}) abwesend{4}, {5}.',
  'At {1} {2} was assigned as {3} and had not accepted.': 'Um {1} war {2} zugeteilt ({3}) und hatte nicht angenommen.',
  'The shift of {1} as {2} had ended at {3}, and nobody had taken over.':
    'Die Schicht von {1} ({2}) war um {3} zu Ende, und niemand hatte übernommen.',
  'The engine raised the alarm from readings that came late.':
    'Der Alarm wurde aus Messwerten ausgelöst, die zu spät kamen.',
  "The engine was behind or down, or its clock was behind: the log got the event {1} after the engine's time of the alarm.":
    'Der Alarmprozess war im Rückstand oder ausgefallen, oder seine Uhr ging nach: Das Ereignis war erst {1} nach seiner Zeit des Alarms gespeichert.',
  "The value that raised the alarm reached the gateway {1} after its device time: it came late, or the device's clock is behind.":
    'Der Wert, der den Alarm auslöste, kam {1} nach seiner Gerätezeit am Gateway an: Er kam zu spät, oder die Uhr des Geräts geht nach.',
  'The gateway was behind: the reading was in the log {1} after the gateway had received it.':
    'Das Gateway war im Rückstand: Der Messwert war erst {1} nach dem Empfang gespeichert.',
  'The engine raised the alarm {1} after the reading was in the log, and the log shows no other reason for that: the engine was behind or down.':
    'Der Alarm wurde erst {1} nach dem Speichern des Messwerts ausgelöst, und kein anderer Grund ist gespeichert: Der Alarmprozess war im Rückstand oder ausgefallen.',
  "The engine's times go back by {1} during the alarm: a clock was set, or two machines' clocks differ. Differences of times are not reliable.":
    'Die Zeiten des Alarmprozesses springen während des Alarms um {1} zurück: Eine Uhr wurde gestellt, oder die Uhren zweier Rechner weichen ab. Zeitabstände sind nicht verlässlich.',
  'The alarm was under another alarm, {1}, which sounded instead.':
    'Der Alarm stand unter einem anderen Alarm, {1}, der stattdessen tönte.',
  'For a time the alarm did not call: a more serious alarm of the same cause called instead, or the bed was on standby.':
    'Eine Zeit lang rief der Alarm nicht: Ein schwererer Alarm derselben Ursache rief stattdessen, oder das Bett war im Standby.',
  'The sound was paused until {1}.': 'Der Ton war bis {1} pausiert.',
  'The bed was on standby from {1} to {2} ({3}).': 'Das Bett war von {1} bis {2} im Standby ({3}).',
  'A connection of the device ended at {1}{2}.': 'Eine Verbindung des Geräts endete um {1}{2}.',
  ' ({1})': ' ({1})',
  'The acknowledgement of {1} by {2} was refused: {3}': 'Die Quittierung von {1} durch {2} wurde abgelehnt: {3}',
  'no reason is recorded.': 'kein Grund ist gespeichert.',
  'up to {1}': 'bis {1}',
  'before it ended': 'vor seinem Ende',
  'Nobody acknowledged the alarm {1}.': 'Niemand quittierte den Alarm {1}.',
  'The audit trail shows that nobody looked at the ward or the patient, or acted at the bed, while the alarm was present.':
    'Das Protokoll zeigt, dass während des Alarms niemand die Station oder den Patienten ansah oder am Bett handelte.',
  'The first screen painted the alarm {1} after the log had it.':
    'Der erste Bildschirm zeigte den Alarm erst {1}, nachdem er gespeichert war.',
  'No screen reported that it had painted the alarm. Screens reported other alarms before and after it.':
    'Kein Bildschirm meldete, dass er den Alarm gezeigt hat. Davor und danach meldeten Bildschirme andere Alarme.',
  'The plain limits of {1} were switched off{2} when the alarm was raised. Only its extreme limits could raise an alarm.':
    'Die einfachen Grenzwerte von {1} waren ausgeschaltet{2}, als der Alarm ausgelöst wurde. Nur die extremen Grenzwerte konnten einen Alarm auslösen.',
};
