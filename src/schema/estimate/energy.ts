import type { EnergyEstimate } from '../../engine/money/energy.ts';
import { builder } from '../builder.ts';

export const EnergyEstimateType = builder.objectRef<EnergyEstimate>('EnergyEstimate').implement({
  description:
    'Electricity the devices may draw: an upper bound from their rated power. Hosts and cooling come on top.',
  fields: (t) => ({
    watts: t.exposeFloat('watts', { description: 'All devices together, in watts.' }),
    joulesPerOutputToken: t.exposeFloat('joulesPerOutputToken', {
      description: 'Energy of one generated token, its share of the prompt included, in joules.',
    }),
    wattHoursPerRequest: t.exposeFloat('wattHoursPerRequest', {
      description: 'Energy of one sequence, in watt-hours.',
    }),
    basis: t.exposeString('basis', { description: 'What it is calculated from, in words.' }),
  }),
});
