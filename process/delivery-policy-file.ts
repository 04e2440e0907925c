/** Reads the operator's file with the delivery policy, for every program that uses the policy. */
import type { Logger } from 'pino';
import { builtInPolicy, policyOf } from '../contracts/delivery-policy.ts';
import type { DeliveryPolicy } from '../contracts/messages/delivery-policy.ts';
import { followOperatorFile, type OperatorFile, readJsonFile, refusalOf } from './operator-file.ts';
import type { Manifest } from './settings.ts';

const setting = 'VIGIL_DELIVERY_POLICY_FILE';

export const deliverySettings = {
  deliveryPolicyFile: {
    kind: 'text',
    env: setting,
    help: 'JSON file that says which persons an alarm calls, through which channels and when (docs/operator.md); empty: the built-in policy',
    fallback: '',
  },
} as const satisfies Manifest;

/**
 * Returns the policy of a file.
 * @param path path of the file; empty for the built-in policy
 * @throws VigilError `settings-invalid` if the file has faults. The error names up to 50 faults with their places
 */
export function readDeliveryPolicy(path: string): DeliveryPolicy {
  if (path === '') return builtInPolicy;
  const result = policyOf(readJsonFile(setting, path));
  if ('faults' in result) throw refusalOf(setting, result.faults);
  return result.policy;
}

/**
 * Reads the file, and reads it again when it changes. If the changed file is refused, the former policy stays in force.
 */
export const followDeliveryPolicy = (path: string, log: Logger, everyMs?: number): OperatorFile<DeliveryPolicy> =>
  followOperatorFile({
    path,
    builtIn: builtInPolicy,
    read: readDeliveryPolicy,
    what: 'the rules of the delivery policy',
    log,
    everyMs,
  });
