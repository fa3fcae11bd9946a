/**
 * A safetensors file that claims one tensor of zeros, however large: a sparse file takes no room.
 */
export async function writeClaim(
  path: string,
  { name, shape }: { name: string; shape: readonly number[] },
): Promise<void> {
  const bytes = 4 * shape.reduce((product, axis) => product * axis, 1);
  const header = JSON.stringify({ [name]: { dtype: "F32", shape, data_offsets: [0, bytes] } });
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  await Deno.writeFile(path, length);
  await Deno.writeTextFile(path, header, { append: true });
  await Deno.truncate(path, 8 + header.length + bytes);
}
