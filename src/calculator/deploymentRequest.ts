import { invalidArgument } from '../schema/errors.ts';
import type { HardwareProfile } from '../schema/profiles/hardware/type.ts';
import type { ModelProfile } from '../schema/profiles/model/type.ts';
import type { Question } from './calculate.ts';
import type { DeploymentRequest } from './resolve.ts';

/** The question as the registry resolves it. */
export function deploymentRequest(
  { tokens: outputTokens, ...asked }: Question,
  model: ModelProfile,
  hardware: HardwareProfile,
): DeploymentRequest {
  return { ...asked, model, hardware, outputTokens };
}

/** The default of the argument stands in the schema; a null that was written out is a question without hardware. */
export function hardwareAsked({ hardware }: Question): string {
  if (hardware === null || hardware === undefined) {
    throw invalidArgument('hardware', null, 'must name a device, unless the deployment is API');
  }
  return hardware;
}
