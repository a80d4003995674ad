/**
 * What all static vectors have in common: the vector to be expected of a piece of text, the pieces of the vocabulary
 * weighted by their probability and by their weight in a sum. It belongs to `use-lite-static-512@1`; 16-bit little-endian.
 */
const commonPart = unit(
  new Int16Array(
    Uint8Array.from(
      Buffer.from(
        'KfNg6KA7mbOJA6umxl1ImhZVe7SkPj8mtoYE0IqLyEUd19FSCiOaRCLbMUCuRW76ncIdCXI+o1k+lmm+tRMSOGc82Jryd3jHcJJNwDQ28rgk' +
          'NRs9XVgJpc7+sPR9MrJxYHAwoAd6EDH/wIGtE/spJzeoHS7WvcKyJ4QeEQKDq+wsbFMnuKT93vpepxuzD5W6M3SGXgFlPc69P/9/jjDDGPDC' +
          'i7jNlSA/CTFXXATO06JmovMELa6z3G2xdr6VjITy+9bPh0QJ/GFjg9ZhY3R/ck83TL1urQgxobXCBOvASqT+w1TWUFwM9HDWa98u5oOiHsgL' +
          'rBdLTpbakUozew26NMpi1jmXLpiCSdYgWS+iTJfeKzLOMrAgdDDHfcvuTdxd+DFcRV5D/eG63ogonbD6gYixEAvVUbTC2bjCPoZdx97jC3sQ' +
          'DXflLTDK/OGyPlXo2Nw2bJ8NYU+zpXciD6lYDGcfdTrpeVzHAaHvY+NWz5tbQwftakVbeb3kjbLTmHgZlFrkEtHxOkf0T80wKMdnXdo7NlYZ' +
          '8AeWLEKPPyVm+F13tUBnt9laUE9Tv3S7s3LCBmTX4jxvNhQ/Bqr6agrdvtdT/655SImkCCU6gM/H8e6JvvhTOwqabZB8BSdd5ZF52id8LEAq' +
          'BOA+WyjMakA9ABHUPahm+qKHBEg6gJrIUlgG95W8l2iOOfb2tvi1JEpkP7btbolIaw/RJDvYx0HqtUIqiZdF2NBADZnK6CQ+pQ6Rkb0/Us1u' +
          'zcLCtwUVJpBqizHxMRYwSidj/rK2ei6EgndyBRJBzMd500BqMnMd3W1wMo4YQQnySqjmDLi7Lxn8oSstVKIKP4OJS6zVlHT4DyNBf+vHO7S3' +
          'u2JKFmPiBqdJoG6agCiuy/6ksPjKdeBM8M0YaV4kfkcE8sjjQfTGvnBMqT3oOgB8YROvZpZLbfV9L6WkhatzRF7I6eilqwTbW3p3Sd+t57ti' +
          '0AiI0Xpj4Zbna6dLmJ6q5AZ44XP0ZV0lHsv6s2MPILSyVVkKiytZ1k5l7PLmN7HzvmLJ8qi28kCr3cPFS9h/sWsvq2ObapoKITF8BLVqPUK4' +
          'dxmqP4q3JnIm9PLKD7r25usILHoOpvLZ0c+1UklY1xUjq1YdbpL45k0YlQF820KvCqpIPAI3BCjZJePimaYRm9clON7hmamjDzCPbZt7StYS' +
          'MeppuqC2b1hKW+lGPv8mfs+ZOzmdG92Xmb5sSls9TQauJ+Istk5dtn8Xqh942Sl3i0FhDQm8b/khWlVkF0lCaVVps6S7g8t1NxcSTf0M5a1O' +
          'EknD3CqDmts+3GPT/S3kGioUnEKIwy3AC1bFJP2nw72DrRY75zrtW2FvQ5zWSDOHNFtPIw==',
        'base64',
      ),
    ).buffer,
  ),
);

function unit(values: ArrayLike<number>): Float32Array {
  const vector = Float32Array.from(values);
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares);
  if (length > 0) for (let i = 0; i < vector.length; i += 1) vector[i] = (vector[i] ?? 0) / length;
  return vector;
}

/**
 * A static vector without what it has in common with all others: between whole static vectors even texts that have nothing
 * to do with one another have a cosine of .8. Of unit length, or zero where nothing is left.
 */
export function withoutCommonPart(vector: Float32Array): Float32Array {
  let along = 0;
  for (let i = 0; i < vector.length; i += 1) along += (vector[i] ?? 0) * (commonPart[i] ?? 0);
  const rest = new Float32Array(vector.length);
  for (let i = 0; i < vector.length; i += 1) rest[i] = (vector[i] ?? 0) - along * (commonPart[i] ?? 0);
  return unit(rest);
}
