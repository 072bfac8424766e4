/**
 * Changes that GraphiQL opens with, in the order of their story: a card and a model of one's own, what they do together
 * before and after a benchmark, who changed what, and back.
 */
export const graphiqlChanges: readonly string[] = [
  `# Add a card of your own, with its price. First put the
# key that the first start printed under Headers below.
# Pressing twice is safe: the same idempotencyKey, the
# same answer. Try memoryBandwidthGBPerSecond: 9000.
mutation AddCard {
  hardwareCreate(
    idempotencyKey: "my-card"
    input: {
      id: "my-card-48gb"
      name: "My card 48 GB"
      vendor: "NVIDIA"
      kind: GPU
      family: "nvidia-ada"
      architecture: "Ada Lovelace"
      formFactor: "PCIe"
      memory: {
        memoryGiB: 48
        memoryKind: "GDDR6"
        memoryBandwidthGBPerSecond: 900
        source: { title: "A guess", known: ASSUMED }
      }
      compute: {
        denseBf16Tflops: 200
        denseFp16Tflops: 200
        source: { title: "A guess", known: ASSUMED }
      }
    }
  ) {
    ... on HardwareCreatePayload { hardware { id revision } }
    ... on Error { message code }
  }
  offerCreate(
    idempotencyKey: "my-price"
    input: {
      hardwareHour: {
        id: "my-price"
        provider: "My provider"
        hardware: "my-card-48gb"
        instance: "x1"
        devices: 1
        usdPerHour: 0.9
        pricing: ON_DEMAND
        region: "eu"
        effectiveFrom: "2026-11-01"
        source: { title: "A guess", known: ASSUMED }
      }
    }
  ) {
    ... on OfferCreatePayload { offer { id name } }
    ... on Error { message code }
  }
}
`,
  `# Add a model: paste its config.json between the triple
# quotes, as it is. The key goes under Headers again.
mutation ImportModel {
  modelImport(
    idempotencyKey: "my-model"
    id: "my-model"
    name: "My model"
    developer: "Me"
    huggingFaceConfig: """
    {
      "model_type": "llama",
      "hidden_size": 3072,
      "intermediate_size": 8192,
      "num_hidden_layers": 28,
      "num_attention_heads": 24,
      "num_key_value_heads": 8,
      "head_dim": 128,
      "max_position_embeddings": 131072,
      "tie_word_embeddings": true,
      "vocab_size": 128256,
      "torch_dtype": "bfloat16"
    }
    """
  ) {
    ... on ModelImportPayload {
      model { id contextTokens parameters { total } }
      assumptions
    }
    ... on Error { message code }
  }
}
`,
  `# Your model on your card, after AddCard and ImportModel.
# Ask again after RecordBenchmark: the basis says why the
# answer moved.
query MyCard {
  estimate(
    model: "my-model"
    hardware: "my-card-48gb"
    promptTokens: 1024
    tokens: 128
    batch: 8
    options: { runtime: "vllm" }
  ) {
    summary
    latency {
      timeToFirstTokenMs
      timePerOutputTokenMs
      timePerOutputTokenMsRange { low high }
    }
    cost {
      usdPerRequest
      basis { provider }
    }
    basis {
      method
      evidence
      nearestMeasurement {
        differs
        measurement { id }
      }
      calibration {
        timePerOutputTokenFactor
        measurements { id }
      }
    }
    assumptions { text }
    warnings
  }
}
`,
  `# Record a benchmark of your own. The figures here are an
# example: put in what you measured. Whole files of vLLM,
# llama-bench and GuideLLM: measurementImport.
mutation RecordBenchmark {
  measurementRecord(
    idempotencyKey: "my-benchmark"
    input: {
      id: "my-benchmark"
      model: "my-model"
      hardware: "my-card-48gb"
      runtime: "vllm"
      weights: "bf16"
      concurrency: 8
      promptTokens: 1024
      outputTokens: 128
      timePerOutputTokenMs: 18
      timePerOutputTokenDefinition: EXCLUDES_FIRST
    }
  ) {
    ... on MeasurementRecordPayload { measurement { id } }
    ... on Error { message code }
  }
}
`,
  `# Who changed what, the newest first.
query History {
  changes(first: 10) {
    nodes {
      at
      actor
      action
      kind
      id
      differences {
        path
        before
        after
      }
    }
  }
}
`,
  `# Take everything off the lists again; MyCard then answers
# as before the benchmark, and warns. Histories stay, and
# hardwareRestore and its like bring things back.
mutation Undo {
  measurementRetire(id: "my-benchmark") {
    ... on MeasurementRetirePayload { measurement { id retired } }
    ... on Error { message code }
  }
  offerRetire(id: "my-price") {
    ... on OfferRetirePayload { offer { id retired } }
    ... on Error { message code }
  }
  modelRetire(id: "my-model") {
    ... on ModelRetirePayload { model { id retired } }
    ... on Error { message code }
  }
  hardwareRetire(id: "my-card-48gb") {
    ... on HardwareRetirePayload { hardware { id retired } }
    ... on Error { message code }
  }
}
`,
];
