/**
 * The constants of the elementary functions in one number format.
 *
 * Polynomials list their coefficients from the constant up. `fixtures/elementaryCoefficients.py` finds them: minimax
 * in the error relative to the function they serve, those for float32 rounded one by one, the rest fitted anew.
 */
export interface Constants {
  /** Bits of a number, of them stored for the significand, and masks for parts of them. */
  readonly width: 32 | 64;
  readonly significandBits: 23 | 52;
  readonly significandMask: bigint;
  readonly signBit: bigint;
  /** What the exponent field holds for 2⁰, and the bits of 1. */
  readonly bias: 127 | 1023;
  readonly bitsOfOne: bigint;
  readonly smallestNormal: number;
  readonly ln2: number;
  /** A part with enough zeros at its end that a product with any exponent is exact, and the rest. */
  readonly partsOfLn2: readonly [high: number, low: number];
  readonly exponential: {
    /** Bounds beyond which the result no longer changes. */
    readonly zeroBelow: number;
    readonly minusOneBelow: number;
    readonly infiniteAbove: number;
    /** 2eʳ for |r| ≤ ½ ln 2. */
    readonly twiceExp: readonly number[];
    /** (eʳ − 1) / r for |r| ≤ ½ ln 2. */
    readonly growthOverR: readonly number[];
  };
  readonly logarithm: {
    readonly bitsOfSqrt2: bigint;
    /** (2 artanh s − 2s) / s³ in s², for 1 + f = (1 + s) / (1 − s) between √½ and √2. */
    readonly artanhTail: readonly number[];
  };
  readonly sine: {
    readonly partsOfPi: readonly [number, number, number, number];
    /** (sin r − r) / r³ in r², for |r| ≤ ½ π. */
    readonly cubicFactor: readonly number[];
  };
  readonly tangent: {
    readonly oneAbove: number;
    /** (tanh ρ) / ρ in ρ², for |ρ| ≤ ¼ ln 2. */
    readonly tanhOverRho: readonly number[];
  };
  readonly errorFunction: {
    readonly oneAbove: number;
    /** (ln erfc t + t) / t, for t from zero to `oneAbove`. */
    readonly lnErfcPlusT: readonly number[];
  };
}

/** IEEE 754 binary32. */
export const FLOAT32: Constants = {
  width: 32,
  significandBits: 23,
  significandMask: 0x7f_ffffn,
  signBit: -(1n << 31n),
  bias: 127,
  bitsOfOne: 127n << 23n,
  smallestNormal: 2 ** -126,
  ln2: Math.fround(Math.LN2),
  partsOfLn2: [0.693145751953125, 1.428606765330187e-6],
  exponential: {
    zeroBelow: -87.4,
    minusOneBelow: -18,
    infiniteAbove: 89,
    twiceExp: [
      2, 2, 0.9999998807907104, 0.3333304226398468, 0.08333652466535568, 0.01673734374344349,
      0.002764199860394001,
    ],
    growthOverR: [
      1, 0.4999999701976776, 0.1666654497385025, 0.041667502373456955, 0.00836639478802681,
      0.001386449672281742,
    ],
  },
  logarithm: {
    bitsOfSqrt2: 0x3fb5_04f3n,
    artanhTail: [0.6666677594184875, 0.39977580308914185, 0.29870957136154175],
  },
  sine: {
    partsOfPi: [3.140625, 0.0009675025939941406, 1.5099067240953445e-7, 5.126688136514179e-12],
    cubicFactor: [-0.16666659712791443, 0.008333069272339344, -0.00019809773948509246, 2.606081807243754e-6],
  },
  tangent: {
    oneAbove: 10,
    tanhOverRho: [1, -0.3333126902580261, 0.1311045140028],
  },
  errorFunction: {
    oneAbove: 4,
    lnErfcPlusT: [
      -0.12837916612625122, -0.6366195678710938, -0.10277628898620605, 0.019147736951708794,
      0.0001696974504739046, -0.0016758928541094065, 0.0006374890799634159, -0.0001188968526548706,
      9.391777894052211e-6,
    ],
  },
};

/** IEEE 754 binary64. */
export const FLOAT64: Constants = {
  width: 64,
  significandBits: 52,
  significandMask: (1n << 52n) - 1n,
  signBit: -(1n << 63n),
  bias: 1023,
  bitsOfOne: 1023n << 52n,
  smallestNormal: 2 ** -1022,
  ln2: Math.LN2,
  partsOfLn2: [0.6931471803691238, 1.9082149292705877e-10],
  exponential: {
    zeroBelow: -708.4,
    minusOneBelow: -38,
    infiniteAbove: 710,
    twiceExp: [
      2, 2, 1.0000000000000022, 0.3333333333333283, 0.08333333333305841, 0.01666666666698339,
      0.002777777788771188, 0.0003968253902506505, 4.960298577775728e-5, 5.511516225952308e-6,
      5.526063148201703e-7, 5.000336235099419e-8,
    ],
    growthOverR: [
      1, 0.5000000000000006, 0.16666666666666585, 0.04166666666657652, 0.008333333333390881,
      0.0013888888931616148, 0.00019841269716398135, 2.4801505225791035e-5, 2.7557409730573255e-6,
      2.762605389220836e-7, 2.5053124440133314e-8,
    ],
  },
  logarithm: {
    bitsOfSqrt2: 0x3ff6_a09e_667f_3bcdn,
    artanhTail: [
      0.6666666666666734, 0.3999999999941603, 0.2857142874214934, 0.22222198590919484, 0.18183563730301872,
      0.1531405813141036, 0.1479594461724844,
    ],
  },
  sine: {
    partsOfPi: [3.141592651605606, 1.9841871479187034e-9, 1.144237741932715e-17, 3.2892513872648515e-26],
    cubicFactor: [
      -0.16666666666666666, 0.008333333333333193, -0.00019841269841208828, 2.755731921106736e-6,
      -2.5052106866181324e-8, 1.6058939364057496e-10, -7.642982394749104e-13, 2.7210773702392616e-15,
    ],
  },
  tangent: {
    oneAbove: 20,
    tanhOverRho: [
      1, -0.3333333333333248, 0.13333333332782246, -0.053968252779357406, 0.02186937050923333,
      -0.008857301641432622, 0.0034447471018275756,
    ],
  },
  errorFunction: {
    oneAbove: 6,
    lnErfcPlusT: [
      -0.12837916709551256, -0.6366197723675836, -0.10277260330178749, 0.01912844700505682,
      0.00020919469488385172, -0.0016962063854413934, 0.0005901255493943532, -2.587858775719219e-5,
      -6.449190887010208e-5, 2.9724141684692853e-5, -3.4074014201423823e-6, -2.83499985728165e-6,
      1.741443709168856e-6, -3.363136111599117e-7, -1.3719357712011465e-7, 1.4175680924679386e-7,
      -6.572685892369535e-8, 2.0959021471618478e-8, -4.996395365823312e-9, 9.078865597736587e-10,
      -1.247786730805666e-10, 1.2602811775004933e-11, -8.838321005889928e-13, 3.8466348339988316e-14,
      -7.824628328347406e-16,
    ],
  },
};
