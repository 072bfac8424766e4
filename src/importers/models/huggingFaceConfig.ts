import { createHash } from 'node:crypto';
import { ownEntry } from '../../engine/ownEntry.ts';
import { nearestNames } from '../../registry/nearestNames.ts';
import { refusal } from '../importRefused.ts';
import { parsePastedJson } from '../pastedJson.ts';
import { ConfigReader, classDefaultsVersion } from './huggingFace/configReader.ts';
import { familyOf, inexpressible, modelTypes, textPart } from './huggingFace/families.ts';
import { nativeFormat } from './huggingFace/quantization.ts';
import { type Stack, toArchitectureFacts } from './huggingFace/stack.ts';
import { visionTower } from './huggingFace/visionTower.ts';
import { type ImportedModel, type ImportLabels, importedModel } from './importedModel.ts';

/**
 * A Hugging Face `config.json` as the facts of a model: its block stack, context, native weight format, and the
 * parameters that the blocks add up to. Pure: nothing is fetched.
 *
 * What the file leaves out has the documented default of transformers' configuration class, each listed in
 * `assumptions`. Nothing is guessed: an unknown model type, attention, layer or quantisation kind is refused by its name.
 *
 * @throws ImportRefusedError every problem found, each with its key
 */
export function importHuggingFaceConfig(text: string, labels: ImportLabels = {}): ImportedModel {
  const values = parsePastedJson(text);
  const config = new ConfigReader(values, modelTypeOf(values));
  const decoder = textPart(config);
  const family = familyOf(decoder.modelType);
  if (family === undefined)
    throw unknownModelType(decoder.modelType, decoder === config ? 'model_type' : 'text_config.model_type');
  const stack = family(decoder);
  decoder.refuseUnread();
  const tower = visionTower(config, stack.hidden);
  const format = nativeFormat(config, decoder);
  const contextTokens = contextOf(decoder, stack);
  config.finish();
  const assumptions = assumptionsOf(decoder);
  return importedModel(
    {
      file: 'config.json',
      digest: createHash('sha256').update(text).digest('hex').slice(0, 16),
      architecture: toArchitectureFacts(withTower(stack, tower.extras)),
      name: nameIn(values),
      family: decoder.modelType,
      contextTokens,
      nativeFormat: format,
      ...(config.has('vision_config') && { modalities: ['text', 'image'] }),
      notes: [...(stack.notes ?? []), ...tower.notes],
      assumptions,
    },
    { ...labels, huggingFaceId: labels.huggingFaceId ?? (labels.name === undefined ? idIn(values) : undefined) },
  );
}

function withTower(stack: Stack, extras: NonNullable<Stack['extras']>): Stack {
  return { ...stack, extras: [...(stack.extras ?? []), ...extras] };
}

function modelTypeOf(values: Readonly<Record<string, unknown>>): string {
  const type = Object.hasOwn(values, 'model_type') ? values.model_type : undefined;
  if (typeof type !== 'string' || type === '') {
    throw refusal('MISSING_KEY', 'model_type', 'is missing: it says which architecture the other keys describe');
  }
  return type;
}

function unknownModelType(type: string, path: string) {
  const shown = type.length > 60 ? `${type.slice(0, 57)}...` : type;
  const reason = ownEntry(inexpressible, type);
  if (reason !== undefined)
    return refusal('UNKNOWN_KIND', path, `${JSON.stringify(shown)} ${reason}, which a block stack cannot say`);
  const nearest = nearestNames(shown, modelTypes);
  const suggestion = nearest.length === 0 ? '' : `; did you mean ${nearest.join(' or ')}?`;
  return refusal('UNKNOWN_KIND', path, `the architecture ${JSON.stringify(shown)} is not known here${suggestion}`);
}

/** Longest sequence, under the names that configurations use. */
function contextOf(decoder: ConfigReader, stack: Stack): number | undefined {
  const tokens = decoder.statedInteger(
    'max_position_embeddings',
    'n_positions',
    'n_ctx',
    'max_seq_len',
    'seq_length',
    'model_max_length',
    'context_length',
  );
  return (
    tokens ??
    (stack.learnedPositions === undefined || stack.learnedPositions === 0 ? undefined : stack.learnedPositions)
  );
}

/** One sentence for all defaults: a dozen would bury the one that matters. */
function assumptionsOf(decoder: ConfigReader): string[] {
  const defaults = decoder.assumed.join(', ');
  if (defaults === '') return [];
  const text = `Not in the file, so as transformers ${classDefaultsVersion} documents it for ${decoder.modelType}: ${defaults}.`;
  return [text.length > 1000 ? `${text.slice(0, 997)}...` : text];
}

/** A name in the file: of a Hugging Face repository, or a word. Paths of the maker's own disks are none. */
function nameIn(values: Readonly<Record<string, unknown>>): string | undefined {
  const path = values._name_or_path;
  if (typeof path !== 'string' || !/^([\w-][\w.-]*\/)?[\w-]*[a-zA-Z][\w.-]*$/.test(path)) return undefined;
  const name = path.split('/').at(-1) ?? '';
  return name.length >= 2 && name.length <= 120 ? name : undefined;
}

/**
 * The Hugging Face id that the weights were loaded from. A model of another name is one made from that: fine-tuned, or
 * quantised.
 */
function idIn(values: Readonly<Record<string, unknown>>): string | undefined {
  const path = values._name_or_path;
  return typeof path === 'string' && /^[\w-][\w.-]*\/[\w.-]+$/.test(path) ? path : undefined;
}
