import { countParameters } from '../../engine/model/parameters.ts';
import { type ArchitectureFacts, toArchitecture } from '../../registry/kinds/architecture.ts';
import type { ModelFacts } from '../../registry/kinds/model.ts';

/** What the person who imports a file says about the model beyond the file. */
export interface ImportLabels {
  name?: string | undefined;
  developer?: string | undefined;
  /** owner/name on Hugging Face. */
  huggingFaceId?: string | undefined;
  aliases?: readonly string[] | undefined;
  /** Where the file comes from; without it the source is the pasted text itself. */
  source?: { title?: string | undefined; url?: string | undefined; retrieved?: string | undefined } | undefined;
}

/** What an importer read out of a file. */
interface ReadModel {
  /** Short for what was read, e.g. config.json. */
  file: string;
  /** First digits of its SHA-256, so that the source names one text. */
  digest: string;
  architecture: Omit<ArchitectureFacts, 'source'>;
  name?: string | undefined;
  contextTokens?: number | undefined;
  nativeFormat?: string | undefined;
  modalities?: ModelFacts['modalities'] | undefined;
  family: string;
  /** Choices made in reading. */
  notes: readonly string[];
  /** Figures that are not in the file. */
  assumptions: readonly string[];
}

/** A file made into the facts of a model, ready for the model kind's own checks. */
export interface ImportedModel {
  facts: unknown;
  /** Figures that the file does not hold, each as one sentence. */
  assumptions: readonly string[];
  /** Parameters that the blocks add up to. */
  parameters: { total: number; active: number };
}

const sourceKey = 'imported-file';
const countKey = 'parameter-count';

/** Puts a read file and what its reader says together as the facts of a model. */
export function importedModel(read: ReadModel, labels: ImportLabels): ImportedModel {
  const architecture = { ...read.architecture, source: sourceKey };
  const counted = countParameters(toArchitecture(architecture));
  const parameters = { total: Math.round(counted.total), active: counted.active };
  const huggingFaceId = labels.huggingFaceId;
  const name = labels.name ?? read.name ?? huggingFaceId?.split('/').at(-1);
  const title = labels.source?.title ?? `pasted ${read.file}`;
  const url = labels.source?.url;
  const facts = {
    name,
    ...(labels.aliases !== undefined && { aliases: [...labels.aliases] }),
    ...(huggingFaceId !== undefined && { huggingFaceId }),
    developer: labels.developer ?? huggingFaceId?.split('/')[0] ?? 'not stated',
    family: read.family,
    openWeights: true,
    ...(read.modalities !== undefined && { modalities: read.modalities }),
    ...(read.contextTokens !== undefined && { contextTokens: read.contextTokens }),
    ...(read.nativeFormat !== undefined && { nativeFormat: read.nativeFormat }),
    source: sourceKey,
    parameters: { ...parameters, source: countKey },
    architecture,
    ...(read.notes.length > 0 && { notes: read.notes.slice(0, 10) }),
    ...(read.assumptions.length > 0 && { flags: read.assumptions.slice(0, 10) }),
    sources: {
      [sourceKey]: {
        title,
        ...(url === undefined ? { citation: `${read.file} as a user gave it, SHA-256 ${read.digest}` } : { url }),
        ...(labels.source?.retrieved !== undefined && { retrieved: labels.source.retrieved }),
        known: 'published',
      },
      [countKey]: {
        title: 'Count of the blocks built from this file',
        citation: `Sum over the blocks of ${read.file}, SHA-256 ${read.digest}`,
        known: 'derived',
      },
    },
  };
  return { facts, assumptions: read.assumptions, parameters };
}
