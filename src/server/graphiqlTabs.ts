/** An operation that GraphiQL opens with; the tab's title is the operation's name. */
export interface GraphiqlTab {
  title: string;
  query: string;
  /** JSON of the request's headers: where the key for writing goes. */
  headers?: string;
}

/** Where the key goes; GraphiQL shows it under Headers. */
const keyHeaders = `{
  "Authorization": "Bearer PASTE-YOUR-KEY"
}`;

/** Ready questions, the documented example first, then changes. Every one executes as it stands. */
export const graphiqlTabs: readonly GraphiqlTab[] = [
  tab(`# The documented example: Llama 2 7B writes
# 1,000 tokens on one T4. Press the pink button
# (or Ctrl-Enter), then change a word and ask again.
query Example {
  estimate(
    model: "7B"
    hardware: "T4"
    tokens: 1000
    batch: 1
  ) {
    summary
    latency {
      endToEndMs
      timeToFirstTokenMs
      timePerOutputTokenMs
    }
    memory {
      fits
      totalGiB
      headroomPerDeviceGiB
    }
    cost {
      usdPerRequest
    }
    bottleneck
    assumptions {
      text
    }
  }
}
`),
  tab(`# Where the memory goes, and what would fit.
# A model that does not fit is an answer too:
# try one H100 instead of two.
query DoesItFit {
  estimate(
    model: "llama-3.1-70b"
    hardware: "H100"
    promptTokens: 4000
    tokens: 500
    batch: 8
    options: { devices: 2, weights: "fp8" }
  ) {
    summary
    memory {
      fits
      weightsGiB
      kvCacheGiB
      activationsGiB
      overheadGiB
      totalGiB
      perDeviceGiB
      usablePerDeviceGiB
      headroomPerDeviceGiB
      maxBatch
      maxContextTokens
    }
    suggestions {
      text
    }
  }
}
`),
  tab(`# Speed under load: 32 chats in flight on one card,
# and the most that the card can do.
query HowFast {
  estimate(
    model: "llama-3.1-8b"
    hardware: "L40S"
    promptTokens: 1020
    tokens: 129
    batch: 32
    options: { runtime: "vllm", scheduling: CONTINUOUS }
  ) {
    summary
    latency {
      timeToFirstTokenMs
      timePerOutputTokenMs
      endToEndMs
      endToEndMsRange {
        low
        high
      }
    }
    throughput {
      outputTokensPerSecond
      requestsPerSecond
    }
    saturation {
      batch
      outputTokensPerSecond
      limitedBy
    }
    bottleneck
    basis {
      evidence
      expectedErrorPercent
    }
  }
}
`),
  tab(`# The same answer rented by the hour and bought by
# the token, each with its provider and date.
query WhatDoesItCost {
  rented: estimate(
    model: "llama-3.1-8b"
    hardware: "A100"
    promptTokens: 1000
    tokens: 300
    batch: 16
  ) {
    cost {
      ...Price
    }
  }
  hosted: estimate(
    model: "GPT-4"
    promptTokens: 1000
    tokens: 300
  ) {
    cost {
      ...Price
    }
  }
}

fragment Price on CostEstimate {
  usdPerRequest
  usdPerMillionTokensBlended
  usdPerRequestRange {
    low
    high
    count
  }
  basis {
    provider
    date
    rule
  }
}
`),
  tab(`# How sure is it? The closest published benchmark,
# what differs there, and the range to expect.
query HowSure {
  estimate(
    model: "llama-3.1-8b"
    hardware: "H100"
    promptTokens: 1024
    tokens: 128
    batch: 11
    options: { runtime: "tensorrt-llm" }
  ) {
    summary
    latency {
      arrivals
      timePerOutputTokenMs
      timePerOutputTokenMsRange {
        low
        high
      }
    }
    basis {
      method
      evidence
      expectedErrorPercent
      nearestMeasurement {
        differs
        measurement {
          id
          date
          metrics {
            timePerOutputTokenMs
          }
          sources {
            url
          }
        }
      }
    }
  }
}
`),
  tab(`# Named workloads, the documented three first,
# each with its answer.
query Scenarios {
  scenarios {
    id
    name
    description
    estimate {
      summary
    }
  }
}
`),
  tab(`# Ids and aliases are what the other questions take.
# Search by name, maker or size; add first: 50 for more.
query FindAProfile {
  models(search: "llama 70b", first: 5) {
    nodes {
      id
      name
      aliases
      contextTokens
    }
  }
  hardwareList(search: "rtx 4090", first: 5) {
    nodes {
      id
      name
      aliases
    }
  }
}
`),
  tab(`# One question, two cards. Add a third the same way.
query CompareTwoCards {
  rtx4090: estimate(
    model: "llama-3.1-8b"
    hardware: "RTX 4090"
    promptTokens: 1000
    tokens: 300
  ) {
    ...Verdict
  }
  l40s: estimate(
    model: "llama-3.1-8b"
    hardware: "L40S"
    promptTokens: 1000
    tokens: 300
  ) {
    ...Verdict
  }
}

fragment Verdict on Estimate {
  hardware {
    name
  }
  memory {
    fits
    headroomPerDeviceGiB
  }
  latency {
    timeToFirstTokenMs
    timePerOutputTokenMs
  }
  throughput {
    outputTokensPerSecond
  }
  cost {
    usdPerRequest
  }
}
`),
  tab(`# Add a card of your own, with its price. First put the
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
`),
  tab(`# Who changed what, the newest first.
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
`),
  tab(`# Take the card and its price off the lists again.
# Their history stays; hardwareRestore brings them back.
mutation Undo {
  hardwareRetire(id: "my-card-48gb") {
    ... on HardwareRetirePayload { hardware { id retired } }
    ... on Error { message code }
  }
  offerRetire(id: "my-price") {
    ... on OfferRetirePayload { offer { id retired } }
    ... on Error { message code }
  }
}
`),
];

function tab(query: string): GraphiqlTab {
  const [, operation, title] = /^(query|mutation) (\w+)/m.exec(query) ?? [];
  if (title === undefined) throw new Error('a GraphiQL tab needs a named operation: its name is the title');
  return operation === 'mutation' ? { title, query, headers: keyHeaders } : { title, query };
}
