/** Which weights to ask for next. */

export interface Block {
  first: number;
  last: number;
}

/** Epochs of one request: the kernel's snapshots are as far apart, so it repeats no epoch twice. */
export const BLOCK = 32;

/**
 * The block of epochs nearest to the cursor in which weights are missing, or null. `isDone`: whether the kernel has sent
 * all it has of a block up to this epoch; `blocks`: how many there may be.
 */
export function nextBlock(
  cursor: number,
  head: number,
  blocks: number,
  has: (epoch: number) => boolean,
  isDone: (block: Block) => boolean,
): Block | null {
  const center = Math.floor(Math.max(0, Math.min(cursor, head)) / BLOCK);
  const last = Math.floor(head / BLOCK);
  let visited = 0;
  for (let distance = 0; visited < blocks && distance <= last; distance++) {
    for (const index of distance === 0 ? [center] : [center - distance, center + distance]) {
      if (index < 0 || index > last || visited++ >= blocks) continue;
      const block = { first: index * BLOCK, last: Math.min(head, (index + 1) * BLOCK - 1) };
      if (isMissing(block, has) && !isDone(block)) return block;
    }
  }
  return null;
}

function isMissing({ first, last }: Block, has: (epoch: number) => boolean): boolean {
  for (let epoch = first; epoch <= last; epoch++) if (!has(epoch)) return true;
  return false;
}
