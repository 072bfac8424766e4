/** Questions that GraphiQL opens with, the documented example first. */
export const graphiqlQuestions: readonly string[] = [
  `# The documented example: Llama 2 7B writes
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
`,
  `# Where the memory goes, and what would fit.
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
`,
  `# Speed under load: 32 chats in flight on one card,
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
`,
  `# The same answer rented by the hour and bought by
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
`,
  `# How sure is it? The closest published benchmark,
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
`,
  `# Named workloads, the documented three first,
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
`,
  `# Ids and aliases are what the other questions take.
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
`,
  `# One question, two cards. Add a third the same way.
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
`,
];
