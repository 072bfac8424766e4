import { ownEntry } from '../../../engine/ownEntry.ts';
import {
  countKind,
  ForeignObject,
  factorKind,
  flagKind,
  objectKind,
  shown,
  textKind,
  type ValueKind,
  wholeKind,
} from '../../foreignObject.ts';
import { type ImportProblem, type ImportProblemCode, ImportRefusedError } from '../../importRefused.ts';
import classDefaults from './classDefaults.json' with { type: 'json' };

/** Layers of the deepest model that is read. */
const maximumLayers = 1000;
/** Entries of the longest list that is read: one a layer, or one a layer's part. */
const maximumEntries = 4096;

/** The version whose configuration classes `classDefaults.json` repeats. */
export const classDefaultsVersion = '5.18.0';

type Defaults = Readonly<Record<string, unknown>>;
const classes: Readonly<Record<string, { class: string; defaults: Defaults }>> = classDefaults;

/** Keys that say how a part is built. One that is set and that nobody has read is a part nobody has understood. */
const structural =
  /expert|(^|_)moe|lora|(^|_)ssm|mamba|latent|linear_|layer_types|block_types?$|hybrid|^index_|sparse|compress|cross_attention_layers|altup|laurel|kv_shared|(^|_)cla(_|$)|sliding|window|(^|_)conv_|_heads$|head_dim|num_.*layers$|intermediate|nextn|per_layer|shared|mtp|attn_config|ffn_config|block_configs|engram|hyper/;

/** Structural by their names, but of training, kernels or routing weights only. */
const harmless =
  /kernel(s)?$|aux|loss|jitter|router|^use_cache|scal(e|ing)|_act(ivation)?(_func)?$|_act_fn$|chunk_size$|normali[sz]|_init|dropout|topk_method|score|scoring|z_coef|prenorm|random|sampling|deterministic|capacity|drop_tokens|drop_rate|group_limited|expert_groups?|proj_bias_init|rescale|multiplier|eps$|cache_dtype|is_shared|_dtype$|^for_|overlap|pruned_heads|mtp_iteration|_gate$|^layernorm_/;

/**
 * One object of a Hugging Face `config.json`, read key by key. What a file leaves out has the default of transformers'
 * documented configuration class, and `assumed` says so; a key that has none is a problem that names it. Problems are
 * collected, so that a person sees all of them at once; `finish` throws them.
 */
export class ConfigReader extends ForeignObject {
  readonly modelType: string;
  readonly #path: string;
  readonly #defaults: Defaults;
  /** The object that this one is in. */
  readonly #outer: ConfigReader | undefined;
  readonly #read = new Set<string>();
  readonly #assumed: Map<string, string>;
  readonly #problems: ImportProblem[];

  constructor(
    values: Readonly<Record<string, unknown>>,
    modelType: string,
    within?: { path: string; reader: ConfigReader },
  ) {
    super(values);
    this.modelType = modelType;
    this.#defaults = ownEntry(classes, modelType)?.defaults ?? {};
    this.#path = within?.path ?? '';
    // A private name cannot follow an optional chain.
    const reader = within?.reader;
    this.#outer = reader;
    this.#assumed = reader === undefined ? new Map() : reader.#assumed;
    this.#problems = reader === undefined ? [] : reader.#problems;
  }

  /** Whether this is an object within the file, which transformers builds from its class's defaults. */
  get nested(): boolean {
    return this.#path !== '';
  }

  /** Values taken from the class, as `key = value`. */
  get assumed(): readonly string[] {
    return [...this.#assumed].map(([key, value]) => `${key} = ${value}`);
  }

  /** A whole number of at least 0, under the first of `keys` that the file has; else the class's default. */
  integer(...keys: [string, ...string[]]): number {
    return this.optionalInteger(...keys) ?? this.#missing(keys[0]);
  }

  /** A whole number in the file itself, under the first of `keys` it has. */
  statedInteger(...keys: [string, ...string[]]): number | undefined {
    const stated = keys.find((key) => this.has(key));
    return stated === undefined ? undefined : this.optionalInteger(stated);
  }

  /** A whole number that may be negative, as indices that count from the end are. */
  optionalSigned(key: string): number | undefined {
    return this.#value(wholeKind, key);
  }

  /** Like `integer`, undefined when the file and the class leave it open. */
  optionalInteger(...keys: [string, ...string[]]): number | undefined {
    const [key, value] = this.#find(keys);
    if (value === undefined || value === null) return undefined;
    // A stand-in for what is refused: it is not missing as well.
    return this.valueAs(countKind, key, value) ?? 1;
  }

  /** Like `optionalInteger`, but null or absent means `otherwise`, as the class computes it; said so in `assumed`. */
  integerOr(otherwise: number, explanation: string, ...keys: [string, ...string[]]): number {
    const value = this.optionalInteger(...keys);
    if (value !== undefined) return value;
    if (!this.has(keys[0])) this.#assumed.set(this.#path + keys[0], `${explanation} = ${otherwise}`);
    return otherwise;
  }

  /** A number that every layer has, or one for each layer. */
  perLayer(layers: number, ...keys: [string, ...string[]]): number[] {
    const [key, value] = this.#find(keys);
    if (!Array.isArray(value)) return new Array<number>(layers).fill(this.integer(...keys));
    if (value.length > maximumEntries) {
      this.problem('INVALID_VALUE', key, `lists ${value.length} entries; at most ${maximumEntries} are read`);
      return new Array<number>(layers).fill(1);
    }
    const list = value.map((entry) => (typeof entry === 'number' && Number.isSafeInteger(entry) ? entry : -1));
    const bad = list.indexOf(-1);
    if (bad !== -1) this.problem('INVALID_VALUE', `${key}[${bad}]`, `is ${shown(value[bad])}, not a whole number`);
    else if (list.length < layers) {
      this.problem('INVALID_VALUE', key, `has ${list.length} entries for ${layers} layers`);
    } else return list.slice(0, layers);
    return new Array<number>(layers).fill(1);
  }

  /** True or false; absent everywhere is false. */
  flag(...keys: [string, ...string[]]): boolean {
    return this.#value(flagKind, ...keys) ?? false;
  }

  text(...keys: [string, ...string[]]): string | undefined {
    return this.#value(textKind, ...keys);
  }

  /** Whether the value of `key` is a number, a list or something else; the class's default counts. */
  kindOf(key: string): 'number' | 'list' | 'other' {
    const [, value] = this.#find([key]);
    if (Array.isArray(value)) return 'list';
    return typeof value === 'number' ? 'number' : 'other';
  }

  /** A list of words or numbers; undefined when the file and the class have none. */
  list(...keys: [string, ...string[]]): (string | number)[] | undefined {
    const [key, value] = this.#find(keys);
    if (value === undefined || value === null) return undefined;
    if (Array.isArray(value) && value.length > maximumEntries) {
      this.problem('INVALID_VALUE', key, `lists ${value.length} entries; at most ${maximumEntries} are read`);
      return undefined;
    }
    const isWordOrNumber = (entry: unknown) => typeof entry === 'string' || typeof entry === 'number';
    if (Array.isArray(value) && value.every(isWordOrNumber)) return value;
    this.refuse(key, value, 'a list of words or numbers');
    return undefined;
  }

  /** The object under `key`; undefined when there is none. Its class is that of `model_type` in it, or `modelType`. */
  object(key: string, modelType = ''): ConfigReader | undefined {
    this.#read.add(key);
    const values = this.valueAs(objectKind, key, this.raw(key));
    if (values === undefined) return undefined;
    const stated = Object.hasOwn(values, 'model_type') ? values.model_type : undefined;
    const type = typeof stated === 'string' && stated !== '' ? stated : modelType;
    return new ConfigReader(values, type, { path: `${this.#path}${key}.`, reader: this });
  }

  /** A further name for the model type of this object, e.g. the text part of a file that is flat. */
  as(modelType: string): ConfigReader {
    return new ConfigReader(this.values, modelType, { path: this.#path, reader: this });
  }

  /** Layers of the stack, within what a stack can have. */
  layers(...keys: [string, ...string[]]): number {
    const layers = this.integer(...keys);
    if (layers >= 1 && layers <= maximumLayers) return layers;
    this.problem('INVALID_VALUE', keys[0], `is ${layers}; 1 to ${maximumLayers} layers are read`);
    return 1;
  }

  /** Complains when a list of layers disagrees with `num_hidden_layers`, or is longer than any stack. */
  layersAre(listed: number, key: string): void {
    const stated = this.has('num_hidden_layers') ? this.optionalInteger('num_hidden_layers') : undefined;
    if (listed < 1 || listed > maximumLayers) {
      this.problem('INVALID_VALUE', key, `lists ${listed} layers; 1 to ${maximumLayers} are read`);
    } else if (stated !== undefined && stated !== listed) {
      this.problem('INVALID_VALUE', key, `lists ${listed} layers where num_hidden_layers is ${stated}`);
    }
  }

  /** A positive number that need not be whole. */
  factor(key: string): number | undefined {
    return this.#value(factorKind, key);
  }

  /** These keys are understood and change nothing that a block stack says. */
  ignore(...keys: readonly string[]): void {
    for (const key of keys) this.#read.add(key);
  }

  problem(code: ImportProblemCode, key: string, message: string): void {
    const path = this.#path + key;
    if (this.#problems.some((problem) => problem.path === path && problem.message === message)) return;
    this.#problems.push({ code, path, message });
  }

  /** A kind that the importer does not know, by its name. */
  unknown(key: string, what: string, name: unknown, known: readonly (string | number)[]): void {
    const list = known.length === 0 ? '' : `; known are ${known.join(', ')}`;
    this.problem('UNKNOWN_KIND', key, `${what} ${shown(name)} is not known here${list}`);
  }

  /** Refuses the first entry of a list that is of none of the known kinds, by its place and its name. */
  kinds(key: string, what: string, listed: readonly (string | number)[], known: readonly (string | number)[]): void {
    const odd = listed.findIndex((kind) => !known.includes(kind));
    if (odd !== -1) this.unknown(`${key}[${odd}]`, what, listed[odd], known);
  }

  /** Refuses structural keys that are set and that nobody has read: a part that would be guessed otherwise. */
  refuseUnread(): void {
    for (const [key, value] of Object.entries(this.values)) {
      if (this.#read.has(key) || isOff(value) || !structural.test(key) || harmless.test(key)) continue;
      // Layers that all see the whole context are what a model type without other kinds has anyway.
      if (key === 'layer_types') this.kinds(key, 'the layer kind', this.list(key) ?? [], ['full_attention']);
      else {
        const unread = `is ${shown(value)}: ${this.modelType} is not known here with such a part`;
        this.problem('UNKNOWN_KIND', key, `${unread}, and its parameters would be guessed`);
      }
    }
  }

  /** @throws ImportRefusedError everything that was found wrong */
  finish(): void {
    if (this.#problems.length > 0) throw new ImportRefusedError(this.#problems.slice(0, 20));
  }

  protected override refuse(key: string, value: unknown, expected: string): void {
    this.problem('INVALID_VALUE', key, `is ${shown(value)}; ${expected} is expected`);
  }

  #value<Value>(kind: ValueKind<Value>, ...keys: string[]): Value | undefined {
    return this.valueAs(kind, ...this.#find(keys));
  }

  #find(keys: readonly string[]): [key: string, value: unknown] {
    for (const key of keys) this.#read.add(key);
    for (const key of keys) if (this.has(key)) return [key, this.values[key]];
    const [first = ''] = keys;
    // A file with a text part keeps some of its keys outside: whether the embeddings are tied, for one.
    if (first === 'tie_word_embeddings' && this.#outer?.has(first)) return [first, this.#outer.values[first]];
    for (const key of keys) {
      const value = this.#defaults[key];
      if (value === undefined || value === null) continue;
      this.#assumed.set(this.#path + first, shown(value));
      return [first, value];
    }
    return [first, undefined];
  }

  /** The problem of a missing key, and a stand-in that lets reading go on to the next one. */
  #missing(key: string): number {
    const why = this.has(key) ? 'is null' : 'is missing';
    this.problem('MISSING_KEY', key, `${why}, and ${this.#defaultless()}`);
    return 1;
  }

  #defaultless(): string {
    const known = ownEntry(classes, this.modelType);
    if (known === undefined) return `${this.modelType} has no documented default for it`;
    return `transformers' ${known.class} has no default for it`;
  }
}

/** Switched off, empty or absent. */
function isOff(value: unknown): boolean {
  if (value === null || value === false || value === 0 || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
