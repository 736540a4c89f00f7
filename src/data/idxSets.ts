/** The sets that come as four IDX files: which files, and what those of the published ones contain. */
import type { Published, Reference } from './checksums.js'

/** The four files of a data set in the form of MNIST, by what is in them. */
export const FILES = {
  trainImages: 'train-images-idx3-ubyte',
  trainLabels: 'train-labels-idx1-ubyte',
  testImages: 't10k-images-idx3-ubyte',
  testLabels: 't10k-labels-idx1-ubyte',
} as const

/** Which of the four files. */
export type FileKey = keyof typeof FILES

/** A value for each of the four files. */
export type PerFile<T> = Readonly<Record<FileKey, T>>

const BYTES = { trainImages: 47_040_016, trainLabels: 60_008, testImages: 7_840_016, testLabels: 10_008 } as const

const published = (name: string, sums: PerFile<string>): Published<FileKey> => {
  const file = (key: FileKey): Reference => ({ bytes: BYTES[key], sha256: sums[key] })
  return {
    name,
    files: {
      trainImages: file('trainImages'),
      trainLabels: file('trainLabels'),
      testImages: file('testImages'),
      testLabels: file('testLabels'),
    },
  }
}

// Of the decompressed files: how hard a gzip was pressed makes no difference.

/** The full Fashion-MNIST, as Zalando published it. */
export const FASHION_MNIST = published('Fashion-MNIST', {
  trainImages: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
  trainLabels: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
  testImages: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
  testLabels: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
})

/** The part of Fashion-MNIST that Plastax ships. */
export const SHIPPED: Published<FileKey> = {
  name: 'Fashion-MNIST',
  files: {
    ...FASHION_MNIST.files,
    trainImages: { bytes: 4_704_016, sha256: 'bc52ae9835a6a73cf55976a1adc44f6f2e1313bf650f83f59e5e36a87e98b0b6' },
    trainLabels: { bytes: 6_008, sha256: 'e2b9a52a24fd10099fa136b75532a97afc1631056d02573d208d102b43aa8a20' },
  },
}

/** MNIST, as LeCun, Cortes and Burges published it. */
export const MNIST = published('MNIST', {
  trainImages: 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  trainLabels: '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  testImages: '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  testLabels: 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
})
