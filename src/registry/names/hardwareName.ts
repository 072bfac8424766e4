import { keyOf, wordsOf } from './words.ts';

/** What somebody typed for a device, taken apart. */
export interface TypedHardware {
  /** The name without its count. */
  name: string;
  /** Devices it counts; null = it does not. */
  count: number | null;
  device: DeviceWords;
  /** The computer that holds it: "macbook pro"; null = none named. */
  computer: string | null;
}

/** The words of a device: what it is called, and what tells apart devices that are called the same. */
export interface DeviceWords {
  /** As a key, without maker and marketing: "rtx4090", "h100". */
  core: string;
  memoryGB: number | null;
  cores: number | null;
  /** sxm, pcie, nvl, oam. */
  form: string | null;
}

const makers = new Set([
  'nvidia',
  'amd',
  'ati',
  'intel',
  'apple',
  'google',
  'aws',
  'qualcomm',
  'ampere',
  'cerebras',
  'groq',
  'sambanova',
  'corporation',
  'corp',
  'inc',
]);
const marketing = new Set([
  ...[
    'geforce',
    'radeon',
    'instinct',
    'tesla',
    'generation',
    'gen',
    'edition',
    'gpu',
    'gpus',
    'graphics',
    'card',
    'chip',
  ],
  ...[
    'accelerator',
    'processor',
    'cpu',
    'tensor',
    'core',
    'series',
    'advanced',
    'micro',
    'devices',
    'the',
    'with',
    'w',
  ],
  ...['vram', 'ram', 'memory', 'unified', 'data', 'center', 'instance', 'node', 'box', 'machine', 'soc'],
]);
/** Words of the form factor. */
const forms = new Map([
  ['sxm', 'sxm'],
  ['pcie', 'pcie'],
  ['pci', 'pcie'],
  ['nvl', 'nvl'],
  ['oam', 'oam'],
]);
const synonyms = new Map([
  ['mobile', 'laptop'],
  ['notebook', 'laptop'],
]);

/** Computers that Apple's chips come in. */
const computers = /\b(macbook\s*pro|macbook\s*air|macbook|mac\s*studio|mac\s*mini|mac\s*pro|imac)\b/i;
/** Boards and servers that hold eight, as NVIDIA sells them. */
const eightOf = /\b(?:dgx|hgx)[\s-]+(?=[a-z]*\d)/i;
const numbers: Readonly<Record<string, number>> = {
  single: 1,
  dual: 2,
  two: 2,
  triple: 3,
  quad: 4,
  four: 4,
  eight: 8,
  octo: 8,
};

/** What lspci, rocminfo, nvidia-smi, system_profiler and clouds put around a name. */
const wrappers: readonly [RegExp, string][] = [
  [
    /^[\da-f:.]+\s+(?:vga compatible controller|3d controller|display controller|processing accelerators)[^:]*:\s*/i,
    '',
  ],
  [/\(rev [\da-f]+\)\s*$/i, ''],
  [/\(uuid:[^)]*\)/i, ''],
  [/^gpu\s*\d+\s*:\s*/i, ''],
  [/^\s*(?:chipset model|marketing name|product name|model name|card series|gpu name|device name|name)\s*:\s*/i, ''],
  [/\bmax-q\s*\/\s*mobile\b/i, 'laptop'],
  [/^.*\[((?!amd\/ati)[^\]]+)\]\s*$/i, '$1'],
  [/\b\d+(?:st|nd|rd|th) gen\b/i, ' '],
  [/\b\d+-core processor\b/i, ' '],
  [/@\s*[\d.]+\s*[gm]hz.*$/i, ' '],
  [/\bw\/.*$/i, ' '],
  [/\bn1-(?:standard|highmem|highcpu|ultramem)-\d+\b\s*(?:with|and|\+)?/i, ' '],
];

/** Takes a typed name of a device apart. */
export function readHardware(typed: string): TypedHardware {
  let name = typed.trim().slice(0, longest);
  for (const [wrapper, instead] of wrappers) name = name.replace(wrapper, instead).trim();
  const stated = /[\s(]+(\d{1,3})[\s-]?gpus?\)?$/i.exec(name);
  if (stated !== null) name = name.slice(0, stated.index);
  const counted = countIn(name);
  name = counted.name;
  let count = counted.count;
  let device = deviceWords(name);
  if (eightOf.test(name) && !/spark|station/i.test(name)) {
    name = name.replace(eightOf, '');
    count = (count ?? 1) * 8;
    device = deviceWords(name);
    // "DGX A100 640GB": of all eight together.
    if (device.memoryGB !== null && device.memoryGB >= 8 * 40) device = { ...device, memoryGB: device.memoryGB / 8 };
  }
  if (stated !== null) count = Number(stated[1]);
  const computer = computers.exec(name)?.[1] ?? null;
  if (computer === null) return { name, count, device, computer: null };
  const chip = name
    .replace(computers, ' ')
    .replace(/\b(?:late|mid|early)?\s*\(?20[12]\d\)?/gi, ' ')
    .replace(/\b1[3-7](?:\.\d)?\s*(?:"|”|″|''|-?\s*inch(?:es)?\b|(?=\s|$))/gi, ' ')
    .replace(/\b\d+\s*tb(?:\s*ssd)?\b/gi, ' ');
  return {
    name: chip,
    count,
    device: deviceWords(chip),
    computer: computer.toLowerCase().replace(/^(macbook|mac)\s*(?=\w)/, '$1 '),
  };
}

/** Longer names are no names. */
const longest = 300;

function countIn(name: string): { name: string; count: number | null } {
  const before =
    /^\(?([1-9]\d{0,3})\s*[x×*]\)?\s*(?=\S{2})(.+)$/i.exec(name) ??
    /^(\d{1,3})\s+(?=[a-z]+\s?[a-z]*\d)(.+)$/i.exec(name);
  if (before !== null) return { count: Number(before[1]), name: before[2] ?? '' };
  const after =
    /^(.+?)[\s(]+[x×*]\s*(\d{1,4})\)?$/i.exec(name) ??
    /^(.+?)\s*\((\d{1,4})\s*[x×]\)$/i.exec(name) ??
    /^(.*[\da-z])[x×*](\d{1,2})$/i.exec(name);
  if (after !== null && /\d/.test(after[1] ?? '')) return { count: Number(after[2]), name: after[1] ?? '' };
  const spelled = /^(single|dual|two|triple|quad|four|eight|octo)[\s-]+(.+)$/i.exec(name);
  const count = numbers[spelled?.[1]?.toLowerCase() ?? ''];
  if (spelled !== null && count !== undefined) return { count, name: spelled[2] ?? '' };
  return { name, count: null };
}

/** A name's words, those that say nothing left out, and those that tell variants apart put aside. */
export function deviceWords(name: string): DeviceWords {
  const core: string[] = [];
  const device: DeviceWords = { core: '', memoryGB: null, cores: null, form: null };
  const words = wordsOf(name.replace(memoryKind, ' ').replace(/sxm\d/gi, 'sxm'));
  for (const part of words) {
    const memory = /^(\d+(?:\.\d+)?)gb$/.exec(part);
    const cores = /^(\d+)c$/.exec(part);
    const form = forms.get(part);
    if (form !== undefined) device.form = form;
    else if (memory !== null) device.memoryGB = Number(memory[1]);
    else if (cores !== null) device.cores = Number(cores[1]);
    else if (!makers.has(part) && !marketing.has(part)) core.push(synonyms.get(part) ?? part);
  }
  // A name of nothing but marketing stays what it is.
  return { ...device, core: keyOf(core) || keyOf(words) };
}

const memoryKind = /(?<![a-z])(?:hbm|gddr|lpddr)(?:\d[a-z]*)?(?![a-z\d])/gi;
