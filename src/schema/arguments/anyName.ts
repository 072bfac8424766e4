/** What an argument that names a profile takes, in the words of every description. */
export const anyName =
  'its id, an alias or its name, however it is spelled, or as tools, hosts and clouds call it ("unsloth/Qwen3-8B-GGUF", ' +
  '"NVIDIA A100-SXM4-80GB", "p5.48xlarge"). A name that may mean several is refused with the candidates.';
